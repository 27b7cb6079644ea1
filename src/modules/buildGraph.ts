import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { clockOf } from './adapters/clock.js';
import type { ModuleCompiler } from './compile/createModuleCompiler.js';
import { textHash } from './files/fingerprint.js';
import type { PluginFiles } from './files/PluginFiles.js';
import { readStableText } from './files/readStableText.js';
import { UNREADABLE } from './files/unchanged.js';
import type { BuildNotes } from './BuildNotes.js';
import { type Adding, GraphGrowth, type WantedFile } from './GraphGrowth.js';
import type { ModuleGraph } from './ModuleGraph.js';
import type { HostModules } from './resolve/hostModules.js';
import type { FileSettings } from './tsconfig/TsconfigSettings.js';

export type { ModuleKind } from './commonjs/moduleKind.js';
// The other parts that callers need to build graphs. This file and all that it imports run in the host's process only.
export { createModuleCompiler, type ModuleCompiler } from './compile/createModuleCompiler.js';
export type { CompilationCache } from './evaluate/CompiledModule.js';
export { resolveBounded, withShared } from './resolveWithShared.js';
export type { CompileSettings, JsxSettings } from './tsconfig/TsconfigSettings.js';

/** Reading and compiling are synchronous. After this time the other work of the event loop gets its turn. */
const MAX_SLICE_MS = 8;
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

/** The outcome of a build, and the files that it read or missed. After a failure, the fix will change one of these files. */
export interface GraphBuild {
  readonly result: E.Either<ReloadError, ModuleGraph>;
  /** Path → identity of each file when it was read; `UNREADABLE` when reading failed. */
  readonly read: ReadonlyMap<string, string>;
  /** Paths that were tried for an import and had no file. */
  readonly missing: ReadonlySet<string>;
  /** Path → SHA-256 of the text of each module that was read, also of one that does not compile. */
  readonly sources: ReadonlyMap<string, string>;
}

/**
 * Reads and compiles a file and all that it imports, without running any of it. A module of `known` whose file is unchanged is not read
 * again.
 *
 * @param suspects - See `BuildNotes.suspects`.
 */
export async function buildGraph(
  builder: GraphBuilder,
  plugin: string,
  entry: string,
  known?: ModuleGraph,
  suspects?: ReadonlySet<string>,
): Promise<GraphBuild> {
  const graph: ModuleGraph = {
    entry,
    modules: new Map(),
    missing: new Set(),
    required: new Map(),
    listed: new Map(),
    decided: new Map(),
    imports: new Map(),
    tsconfigs: new Map(known?.tsconfigs),
  };
  const read = new Map<string, string>();
  const sources = new Map<string, string>();
  const added = await addModule(builder, plugin, graph, entry, { read, sources, known, suspects });
  for (const path of graph.tsconfigs.keys()) {
    if (!graph.decided.has(path)) graph.tsconfigs.delete(path);
  }
  const result = E.isLeft(added) ? added : E.right(graph);
  return { result, read: new Map([...read, ...graph.decided]), missing: graph.missing, sources };
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
  const nowMs = clockOf(builder.scheduler);
  let sliceStartMs = nowMs();
  for (let file = growth.take(); file !== undefined; file = growth.take()) {
    if (nowMs() - sliceStartMs > MAX_SLICE_MS) {
      await builder.nextTurn();
      sliceStartMs = nowMs();
    }
    const answer = growth.tsconfigOf(file.path);
    // Without a promise per file, where there is nothing to wait for.
    const known = answer instanceof Promise ? await answer : answer;
    const settings = growth.settings(file.path, known);
    if (E.isLeft(settings) && !file.isNeeded) continue;
    if (E.isLeft(settings)) return settings;
    const before = growth.reusable(file.path, settings.right);
    const adding =
      before === undefined
        ? await addFile(builder, growth, file, settings.right)
        : E.right(growth.add(file, before.compiled, before, settings.right));
    if (E.isLeft(adding)) return adding;
    // A file that the graph can do without adds nothing.
    for (let step = adding.right?.next(); step !== undefined; step = adding.right?.next()) {
      if (step.done === true) {
        if (E.isLeft(step.value)) return step.value;
        break;
      }
      if (nowMs() - sliceStartMs <= MAX_SLICE_MS) continue;
      await builder.nextTurn();
      sliceStartMs = nowMs();
    }
  }
  growth.nameImported();
  return E.right(undefined);
}

async function addFile(
  { files, compiler, scheduler, beforeCompile }: GraphBuilder,
  growth: GraphGrowth,
  file: WantedFile,
  settings: FileSettings,
): Promise<E.Either<ReloadError, Adding | undefined>> {
  const { path } = file;
  const read = await readStableText(files, path, MAX_SOURCE_BYTES, scheduler);
  if (E.isLeft(read)) {
    const { code } = read.left;
    return growth.refuse(file, { kind: 'unreadable', code }, UNREADABLE);
  }
  const { text, stamp } = read.right;
  growth.notes.read.set(path, stamp.identity);
  const admitted = await beforeCompile?.(path, text);
  const noteText = () => growth.notes.sources.set(path, textHash(text));
  if (admitted !== undefined && E.isLeft(admitted)) {
    noteText();
    return admitted;
  }
  const compiled = await compiler.compile(path, text, settings.compile, growth.kindOf(path));
  // What was compiled brings its hash along.
  if (E.isRight(compiled)) return E.right(growth.add(file, compiled.right, stamp, settings));
  noteText();
  const problem = { kind: 'invalid', source: text, problems: compiled.left } as const;
  return growth.refuse(file, problem, stamp.identity);
}
