import { type ChangeSince, changeSince } from '../disk/changeSince.js';
import type { Look } from '../disk/Look.js';
import type { Snapshot } from '../disk/Snapshot.js';
import type { WallClock } from '../disk/WallClock.js';
import type { Directory } from '../forest/Directory.js';
import type { MovedDirectories } from './movedDirectories.js';
import type { PathDiff } from './pairRenames.js';

/** A file that waits for its first look. */
export interface NamedFile {
  readonly directory: Directory;
  readonly name: string;
}

/**
 * Files that were there at the start and are known by name. Of a large tree, only the first files are looked at before everything is watched:
 * the others wait until the session has nothing else to do, or until a hint names them.
 *
 * Until then nobody knows what such a file was at the start. Its times tell whether it was changed since, and in doubt it was.
 */
export class NamedFiles {
  readonly #snapshot: Snapshot;
  readonly #wall: WallClock;
  /** Directories with such files. */
  readonly #directories: Directory[] = [];
  /** The directory whose files are being looked at, with the names that are left. */
  #next: { readonly directory: Directory; readonly names: Iterator<string> } | undefined;

  constructor(snapshot: Snapshot, wall: WallClock) {
    this.#snapshot = snapshot;
    this.#wall = wall;
  }

  /** `listedAtMs`: the wall clock's time before the directory was listed, when it was watched already. */
  add(directory: Directory, names: readonly string[], listedAtMs: number): void {
    directory.files.addAll(names, (count) => this.#snapshot.addNamed(count, listedAtMs));
    this.#directories.push(directory);
  }

  /** Whether files may be left that were not looked at. */
  get isLeft(): boolean {
    return this.#next !== undefined || this.#directories.length > 0;
  }

  /** The next file that was not looked at yet; `undefined`: there is none. */
  next(): NamedFile | undefined {
    for (;;) {
      if (this.#next === undefined) {
        const directory = this.#directories.pop();
        if (directory === undefined) return undefined;
        this.#next = { directory, names: directory.files.names().values() };
      }
      const { directory, names } = this.#next;
      const next = names.next();
      if (next.done === true) this.#next = undefined;
      else if (this.#isNamed(directory, next.value)) return { directory, name: next.value };
    }
  }

  /**
   * Records the first look at a file, if it is that: as what the file was at the start, unless it was changed since. Returns whether it recorded
   * it.
   */
  noteLook(slot: number, look: Look): boolean {
    const namedAtMs = this.#snapshot.namedAtMs(slot);
    if (namedAtMs === undefined) return false;
    const since = this.#since(look, namedAtMs);
    if (since === 'since') return false;
    this.#snapshot.write(slot, look, Number.NaN, since === 'before' ? 'settled' : 'unclear');
    return true;
  }

  /** Whether a file may have been changed since it was listed. */
  mayDiffer(look: Look, namedAtMs: number): boolean {
    return this.#since(look, namedAtMs) !== 'before';
  }

  /**
   * Files that moved with their directory, and were not changed since they were listed: what they are now is what they were. A file that was
   * renamed on its own has a time of that rename.
   */
  proven(diffs: readonly PathDiff[], moved: MovedDirectories): readonly PathDiff[] {
    if (diffs.every(({ before }) => before?.namedAtMs === undefined)) return diffs;
    const afterOf = new Map(diffs.map(({ path, after }) => [path, after]));
    return diffs.map((diff) => {
      const { before, after, path } = diff;
      if (before?.namedAtMs === undefined || after !== undefined) return diff;
      const found = afterOf.get(moved.newPathOf(path) ?? path);
      if (found === undefined || this.#since(found, before.namedAtMs) !== 'before') return diff;
      return { ...diff, before: { ...found, digest: Number.NaN, isFresh: false } };
    });
  }

  #since(look: Pick<Look, 'mtimeMs' | 'ctimeMs'>, namedAtMs: number): ChangeSince {
    return changeSince(look, namedAtMs, this.#wall.read());
  }

  #isNamed({ files }: Directory, name: string): boolean {
    const slot = files.get(name);
    return slot !== undefined && this.#snapshot.namedAtMs(slot) !== undefined;
  }
}
