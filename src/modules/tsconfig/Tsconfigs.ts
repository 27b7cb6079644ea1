import { dirname, join, sep } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import { type FileStamp, type PluginFiles, tryStat } from '../files/PluginFiles.js';
import { type ReadProblem, readStableText, type StableText } from '../files/readStableText.js';
import { identityAt, isUnchanged } from '../files/unchanged.js';
import { placeAt } from '../places/textPlace.js';
import { fileSettings } from './fileSettings.js';
import { type MergedTsconfig, mergeTsconfigs } from './mergeTsconfigs.js';
import { parseTsconfig, type TsconfigText, type WrittenName } from './parseTsconfig.js';
import { resolveExtends } from './resolveExtends.js';
import type { FileSettings, TsconfigProblem } from './TsconfigSettings.js';
import { isInScope } from './tsconfigGlobs.js';

const FILE = 'tsconfig.json';
const MAX_BYTES = 1024 * 1024;
const NONE: E.Either<TsconfigProblem, FileSettings> = E.right({});
/** What a step that asks for nothing yet is given. */
const NOTHING_READ = E.left({ code: 'ENOENT', path: '' });

/** A `tsconfig.json` as it was read, without those that it extends. */
export interface ReadTsconfig extends Pick<FileStamp, 'identity' | 'isSettled'> {
  readonly path: string;
  readonly text: string;
  readonly content: E.Either<TsconfigProblem, TsconfigText>;
}

type SettingsOf = (path: string) => FileSettings;
type Settings = E.Either<TsconfigProblem, SettingsOf>;
type Read = E.Either<ReadProblem, StableText>;
/** Work that asks for the text of a file at each step. The caller reads it, in a build or at once. */
type Reading<A> = Generator<string, A, Read>;

type Settled = E.Either<TsconfigProblem, FileSettings>;

/** Where to look for files. */
interface TsconfigPorts {
  readonly files: PluginFiles;
  readonly scheduler: SchedulerLike;
}

/** Where it is noted what was read, and what was looked for in vain: a later edit, or a file that appears there, concerns the plugin. */
interface TsconfigRecord {
  readonly missing: Set<string>;
  /** Path → identity of the file before it was read, so that a write in between shows as a change. */
  readonly decided: Map<string, string>;
  /** What earlier builds read, and what this one reads. */
  readonly tsconfigs: Map<string, ReadTsconfig>;
}

/** What holds for files by the nearest `tsconfig.json` above each. Lives as long as one build: each file is looked at once. */
export class Tsconfigs {
  readonly #files: PluginFiles;
  readonly #scheduler: SchedulerLike;
  readonly #record: TsconfigRecord;
  /** Those that this build looked at. */
  readonly #current = new Set<string>();
  /** Directory → its `tsconfig.json`, or the next one above. */
  readonly #nearest = new Map<string, string | undefined>();
  readonly #settings = new Map<string, Settings>();

  constructor({ files, scheduler }: TsconfigPorts, record: TsconfigRecord) {
    this.#files = files;
    this.#scheduler = scheduler;
    this.#record = record;
  }

  /** What holds for a file. Left: a `tsconfig.json` that counts for it is wrong. At once, unless a file has to be read for it. */
  of(path: string): Settled | Promise<Settled> {
    const reading = this.#of(path);
    const step = reading.next(NOTHING_READ);
    return step.done === true ? step.value : this.#readOn(reading, step.value);
  }

  /** The same at once. `read` reads a file whole. */
  ofNow(path: string, read: (path: string) => Read): Settled {
    const reading = this.#of(path);
    let step = reading.next(NOTHING_READ);
    while (step.done !== true) step = reading.next(read(step.value));
    return step.value;
  }

  async #readOn(reading: Reading<Settled>, wanted: string): Promise<Settled> {
    for (let path = wanted; ; ) {
      const read = await readStableText(this.#files, path, MAX_BYTES, this.#scheduler);
      const step = reading.next(read);
      if (step.done === true) return step.value;
      path = step.value;
    }
  }

  *#of(path: string): Reading<Settled> {
    const nearest = this.#nearestTo(dirname(path));
    if (nearest === undefined) return NONE;
    const owner = yield* this.#ownerOf(nearest, path);
    if (E.isLeft(owner)) return owner;
    const settings = yield* this.#settingsAt(owner.right);
    return E.isLeft(settings) ? settings : E.right(settings.right(path));
  }

  #nearestTo(dir: string): string | undefined {
    if (this.#nearest.has(dir)) return this.#nearest.get(dir);
    const path = join(dir, FILE);
    const isThere = tryStat(this.#files, path)?.kind === 'file';
    if (!isThere) this.#record.missing.add(path);
    const isTop = dirname(dir) === dir || dir.endsWith(`${sep}node_modules`);
    const found = isThere ? path : isTop ? undefined : this.#nearestTo(dirname(dir));
    this.#nearest.set(dir, found);
    return found;
  }

  /**
   * Which file counts. A `tsconfig.json` that only refers to others, as many project templates have it, is not about the file itself: then the
   * first of these that is about the file counts.
   */
  *#ownerOf(nearest: string, path: string): Reading<E.Either<TsconfigProblem, string>> {
    const config = (yield* this.#load(nearest)).content;
    if (E.isLeft(config)) return config;
    if (config.right.references.length === 0) return E.right(nearest);
    const own = yield* this.#merge(nearest);
    if (E.isLeft(own)) return own;
    if (isInScope(own.right.scope, dirname(nearest), path)) return E.right(nearest);
    for (const { name } of config.right.references) {
      const referred = this.#referred(join(dirname(nearest), name));
      const other = referred === undefined ? undefined : yield* this.#merge(referred);
      if (other === undefined || referred === undefined) continue;
      if (E.isLeft(other)) return other;
      if (isInScope(other.right.scope, dirname(referred), path)) return E.right(referred);
    }
    return E.right(nearest);
  }

  #referred(path: string): string | undefined {
    const candidates = path.endsWith('.json') ? [path] : [join(path, FILE)];
    const found = candidates.find((one) => tryStat(this.#files, one)?.kind === 'file');
    if (found === undefined) for (const one of candidates) this.#record.missing.add(one);
    return found;
  }

  *#settingsAt(path: string): Reading<Settings> {
    const known = this.#settings.get(path);
    if (known !== undefined) return known;
    const made = E.map(fileSettings)(yield* this.#merge(path));
    this.#settings.set(path, made);
    return made;
  }

  *#merge(path: string): Reading<E.Either<TsconfigProblem, MergedTsconfig>> {
    const chain = yield* this.#chain(path, []);
    return E.isLeft(chain) ? chain : E.right(mergeTsconfigs(path, chain.right));
  }

  /** A file and all that it extends, in the order in which they override each other. `above` are the files that extend this one. */
  *#chain(
    path: string,
    above: readonly string[],
  ): Reading<E.Either<TsconfigProblem, { path: string; content: TsconfigText }[]>> {
    const { text, content } = yield* this.#load(path);
    if (E.isLeft(content)) return content;
    const chain: { path: string; content: TsconfigText }[] = [];
    for (const written of content.right.extends) {
      const found = resolveExtends(this.#files, written.name, path, this.#record.missing);
      if (found === undefined) {
        return E.left(problemAt(path, text, written, `cannot find "${written.name}" to extend`));
      }
      if (found === path || above.includes(found)) {
        return E.left(problemAt(path, text, written, `"${written.name}" extends this file`));
      }
      const extended = yield* this.#chain(found, [...above, path]);
      if (E.isLeft(extended)) return extended;
      chain.push(...extended.right);
    }
    return E.right([...chain, { path, content: content.right }]);
  }

  *#load(path: string): Reading<ReadTsconfig> {
    const { decided, tsconfigs } = this.#record;
    const known = tsconfigs.get(path);
    const isSame =
      known !== undefined && (this.#current.has(path) || isUnchanged(this.#files, path, known));
    if (!isSame) decided.set(path, identityAt(this.#files, path));
    else if (!this.#current.has(path)) decided.set(path, known.identity);
    const read = isSame ? known : readTsconfig(this.#files, path, yield path);
    this.#current.add(path);
    tsconfigs.set(path, read);
    return read;
  }
}

function readTsconfig(files: PluginFiles, path: string, reading: Read): ReadTsconfig {
  if (E.isLeft(reading)) {
    const problem = { path, text: '', reason: `cannot be read: ${reading.left.code}` };
    const content = E.left({ ...problem, line: 1, column: 1 });
    return { path, text: '', identity: identityAt(files, path), isSettled: false, content };
  }
  const { text, stamp } = reading.right;
  const content = E.mapLeft(
    (problem: object & { reason: string; line: number; column: number }) => ({
      ...problem,
      path,
      text,
    }),
  )(parseTsconfig(text));
  return { path, text, identity: stamp.identity, isSettled: stamp.isSettled, content };
}

function problemAt(
  path: string,
  text: string,
  { offset }: WrittenName,
  reason: string,
): TsconfigProblem {
  return { path, text, reason, ...placeAt(text, offset) };
}
