import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { BuildNotes } from './BuildNotes.js';
import type { ModuleCompiler } from './compile/createModuleCompiler.js';
import { textHash } from './files/fingerprint.js';
import type { FileStamp, PluginFiles } from './files/PluginFiles.js';
import { readStableText } from './files/readStableText.js';
import { type Adding, GraphGrowth, type WantedFile } from './GraphGrowth.js';
import type { ModuleGraph } from './ModuleGraph.js';
import type { HostModules } from './resolve/hostModules.js';
import { TurnSlice } from './TurnSlice.js';
import type { FileSettings } from './tsconfig/TsconfigSettings.js';

/**
 * Files that are read one after the other, and then compiled one right after the other: V8 then takes about two thirds of the time for each.
 *
 * @source measured: bench/modules/commonjs.ts
 */
const BATCH = { maxCount: 16, maxLength: 32 * 1024 } as const;
export const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/** The ports and settings of a build. */
export interface GraphBuilder {
  readonly files: PluginFiles;
  readonly compiler: ModuleCompiler;
  readonly hostModules: HostModules;
  readonly scheduler: SchedulerLike;
  /** Gives the event loop's other work its turn. */
  readonly nextTurn: () => Promise<void>;
  /** Paths in failures are relative to it. */
  readonly root: string;
  /** Whether a file of the plugin's is loaded by the host instead, which shares it. Left out: none is. */
  readonly isShared?: (path: string) => boolean;
  /** Why a file that is shared cannot be imported here. Left out: it can. */
  readonly sharedRefusal?: string;
  /** Whether what `import()` names must be valid too, as for a check of all that there is. Left out: it fails when it runs. */
  readonly needsDynamicImports?: boolean;
  /** Awaited before a text is compiled. Left: it must not be. */
  readonly beforeCompile?: (path: string, text: string) => Promise<E.Either<ReloadError, void>>;
}

/** Adds a file to a graph, with all that it imports and that the graph lacks. */
export async function addModule(
  builder: GraphBuilder,
  plugin: string,
  graph: ModuleGraph,
  entry: string,
  notes: BuildNotes = { read: new Map(), sources: new Map() },
): Promise<E.Either<ReloadError, void>> {
  const growth = new GraphGrowth(builder, plugin, graph, notes);
  growth.want({ path: entry, isNeeded: true });
  const slice = new TurnSlice(builder);
  for (;;) {
    const batch = await nextBatch(builder, growth, slice);
    if (E.isLeft(batch)) return batch;
    if (batch.right.length === 0) break;
    const added = await addBatch(builder, growth, batch.right, slice);
    if (E.isLeft(added)) return added;
  }
  growth.nameImported();
  return E.right(undefined);
}

/** A file that was read and is to be compiled. */
interface ReadFile {
  readonly file: WantedFile;
  readonly settings: FileSettings;
  readonly text: string;
  readonly stamp: FileStamp;
}

/**
 * Reads the next files that are to be compiled. Unchanged ones of the version before are added to the graph meanwhile. Left: the graph cannot
 * do without a file that is not there. Empty: there are no more.
 */
async function nextBatch(
  builder: GraphBuilder,
  growth: GraphGrowth,
  slice: TurnSlice,
): Promise<E.Either<ReloadError, readonly ReadFile[]>> {
  const batch: ReadFile[] = [];
  const paths = new Set<string>();
  let length = 0;
  while (batch.length < BATCH.maxCount && length < BATCH.maxLength) {
    // What a needed file imports is needed, also where something else only requires it: that is known when it was added.
    const file = growth.take(paths, batch[0]?.file.isNeeded);
    if (file === undefined) break;
    // Without a promise per file, where there is nothing to wait for.
    if (slice.isOver) await slice.rest();
    const answer = growth.tsconfigOf(file.path);
    const known = answer instanceof Promise ? await answer : answer;
    const settings = growth.settings(file.path, known);
    if (E.isLeft(settings) && !file.isNeeded) continue;
    if (E.isLeft(settings)) return settings;
    const before = growth.reusable(file.path, settings.right);
    if (before !== undefined) {
      const adding = run(growth.add(file, before.compiled, before, settings.right), slice);
      const added = adding instanceof Promise ? await adding : adding;
      if (E.isLeft(added)) return added;
      continue;
    }
    const read = await readFile(builder, growth, file, settings.right);
    if (E.isLeft(read)) return read;
    if (read.right === undefined) continue;
    batch.push(read.right);
    paths.add(file.path);
    length += read.right.text.length;
  }
  return E.right(batch);
}

/** Undefined: the graph does without the file. */
async function readFile(
  { files, scheduler, beforeCompile }: GraphBuilder,
  growth: GraphGrowth,
  file: WantedFile,
  settings: FileSettings,
): Promise<E.Either<ReloadError, ReadFile | undefined>> {
  const { path } = file;
  const read = await readStableText(files, path, MAX_SOURCE_BYTES, scheduler);
  if (E.isLeft(read)) {
    const { code } = read.left;
    return growth.refuse(file, { kind: 'unreadable', code });
  }
  const { text, stamp } = read.right;
  growth.notes.read.set(path, stamp.identity);
  const admitted = await beforeCompile?.(path, text);
  if (admitted !== undefined && E.isLeft(admitted)) {
    growth.notes.sources.set(path, textHash(text));
    return admitted;
  }
  return E.right({ file, settings, text, stamp });
}

/** Compiles files and adds them to the graph, in their order. */
async function addBatch(
  { compiler }: GraphBuilder,
  growth: GraphGrowth,
  batch: readonly ReadFile[],
  slice: TurnSlice,
): Promise<E.Either<ReloadError, void>> {
  // A compiler that throws rejects, so that the promises of the others are not left alone.
  const all = batch.map(async ({ file: { path }, settings, text }) =>
    compiler.compile(path, text, settings.compile, growth.kindOf(path)),
  );
  const made = await Promise.all(all);
  for (const [at, { file, settings, text, stamp }] of batch.entries()) {
    const compiled = made[at];
    if (compiled === undefined) continue;
    // What was compiled brings its hash along.
    if (E.isRight(compiled)) {
      const added = await run(growth.add(file, compiled.right, stamp, settings), slice);
      if (E.isLeft(added)) return added;
      continue;
    }
    growth.notes.sources.set(file.path, textHash(text));
    const found = { source: text, problems: compiled.left, identity: stamp.identity };
    const problem = { kind: 'invalid', ...found } as const;
    const refused = growth.refuse(file, problem);
    if (E.isLeft(refused)) return refused;
  }
  return E.right(undefined);
}

/** Takes all steps of adding a module. A promise only where other work gets its turn between them. */
function run(
  adding: Adding,
  slice: TurnSlice,
): E.Either<ReloadError, void> | Promise<E.Either<ReloadError, void>> {
  for (let step = adding.next(); ; step = adding.next()) {
    if (step.done === true) return step.value;
    if (slice.isOver) return slice.rest().then(() => run(adding, slice));
  }
}
