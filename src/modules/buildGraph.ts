import * as E from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { addModule, type GraphBuilder } from './addModule.js';
import { ListedDirectories } from './ListedDirectories.js';
import type { ModuleGraph } from './ModuleGraph.js';

// The other parts that callers need to build graphs. This file and all that it imports run in the host's process only.
export { addModule, type GraphBuilder, MAX_SOURCE_BYTES } from './addModule.js';
export type { ModuleKind } from './commonjs/moduleKind.js';
export { createModuleCompiler, type ModuleCompiler } from './compile/createModuleCompiler.js';
export type { CompilationCache } from './evaluate/CompiledModule.js';
export { resolveBounded, withShared } from './resolveWithShared.js';
export type { CompileSettings, JsxSettings } from './tsconfig/TsconfigSettings.js';

/** The outcome of a build, and the files that it read or missed. After a failure, the fix will change one of these files. */
export interface GraphBuild {
  readonly result: E.Either<ReloadError, ModuleGraph>;
  /** Path → identity of each file when it was read; `UNREADABLE` when nothing was there, or it was being written. */
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
    ledAtRunTime: new Map(),
    listed: new ListedDirectories(),
    decided: new Map(),
    refused: new Map(),
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
