import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import { compilationFailed, ioFailure } from '../model/reload/failures.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { clockOf } from './adapters/clock.js';
import { type ModuleCompiler, variantOf } from './compile/createModuleCompiler.js';
import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { PluginFiles } from './files/PluginFiles.js';
import { readStableText } from './files/readStableText.js';
import { identityAt, isUnchanged, UNREADABLE } from './files/unchanged.js';
import { resolveNoting } from './importNotes.js';
import type { GraphModule, ModuleGraph } from './ModuleGraph.js';
import { displayPath, sourcePlace } from './places/sourcePlace.js';
import { locateImport } from './places/textPlace.js';
import type { HostModules } from './resolve/hostModules.js';
import { packageJsonOf } from './resolve/packageImport.js';
import type { ImportSurroundings, Resolution } from './resolve/resolveModule.js';
import type { FileSettings } from './tsconfig/TsconfigSettings.js';
import { Tsconfigs } from './tsconfig/Tsconfigs.js';

// The other parts that callers need to build graphs. This file and all that it imports run in the host's process only.
export { createModuleCompiler, type ModuleCompiler } from './compile/createModuleCompiler.js';
export type { CompilationCache } from './evaluate/CompiledModule.js';

/** Reading and compiling are synchronous. After this time the other work of the event loop gets its turn. */
const MAX_SLICE_MS = 8;
const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

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
}

/** The outcome of a build, and the files that it read or missed. After a failure, the fix will change one of these files. */
export interface GraphBuild {
  readonly result: E.Either<ReloadError, ModuleGraph>;
  /** Path → identity of each file when it was read; `UNREADABLE` when reading failed. */
  readonly read: ReadonlyMap<string, string>;
  /** Paths that were tried for an import and had no file. */
  readonly missing: ReadonlySet<string>;
}

/**
 * Reads and compiles a file and all that it imports, without running any of it. A module of `known` whose file is unchanged is not read
 * again.
 */
export async function buildGraph(
  builder: GraphBuilder,
  plugin: string,
  entry: string,
  known?: ModuleGraph,
): Promise<GraphBuild> {
  const graph: ModuleGraph = {
    entry,
    modules: new Map(),
    missing: new Set(),
    decided: new Map(),
    tsconfigs: new Map(known?.tsconfigs),
  };
  const read = new Map<string, string>();
  const added = await addModule(builder, plugin, graph, entry, { read, known });
  for (const path of graph.tsconfigs.keys()) {
    if (!graph.decided.has(path)) graph.tsconfigs.delete(path);
  }
  const result = E.isLeft(added) ? added : E.right(graph);
  return { result, read: new Map([...read, ...graph.decided]), missing: graph.missing };
}

interface BuildNotes {
  /** Path → identity. A file is noted even if reading or compiling it fails. */
  readonly read: Map<string, string>;
  readonly known?: ModuleGraph | undefined;
}

/** Adds a file to a graph, with all that it imports and that the graph lacks. */
export async function addModule(
  builder: GraphBuilder,
  plugin: string,
  graph: ModuleGraph,
  entry: string,
  notes: BuildNotes = { read: new Map() },
): Promise<E.Either<ReloadError, void>> {
  const waiting = [entry];
  const nowMs = clockOf(builder.scheduler);
  const tsconfigs = new Tsconfigs(builder, graph);
  const foreign = new Set<string>();
  let sliceStartMs = nowMs();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (graph.modules.has(path)) continue;
    if (nowMs() - sliceStartMs > MAX_SLICE_MS) {
      await builder.nextTurn();
      sliceStartMs = nowMs();
    }
    const settings = await settingsOf(builder, plugin, tsconfigs, path);
    if (E.isLeft(settings)) return settings;
    const file = await compileFile(builder, plugin, path, settings.right, notes);
    if (E.isLeft(file)) return file;
    const { compiled } = file.right;
    notePackageJson(builder, compiled, notes);
    const { mapping } = settings.right;
    const resolutions = resolveAll(builder, graph, compiled, { mapping, foreign });
    graph.modules.set(path, { ...file.right, resolutions, ...(mapping && { mapping }) });
    for (const [specifier, resolution] of resolutions) {
      const problem = importProblem(builder, compiled, specifier, resolution);
      if (problem !== undefined) {
        const place = locateImport(compiled.source, specifier);
        const at = sourcePlace(builder.root, path, compiled.source, place);
        return E.left(compilationFailed(plugin, at, problem));
      }
      if (resolution.kind === 'module' || resolution.kind === 'json') waiting.push(resolution.path);
    }
  }
  return E.right(undefined);
}

/** What its `tsconfig.json` says about a file. A wrong one fails what it would change: not JavaScript, which runs without it. */
async function settingsOf(
  { root }: GraphBuilder,
  plugin: string,
  tsconfigs: Tsconfigs,
  path: string,
): Promise<E.Either<ReloadError, FileSettings>> {
  if (path.endsWith('.json')) return E.right({});
  const settings = await tsconfigs.of(path);
  if (E.isRight(settings)) return settings;
  if (/\.[cm]?js$/.test(path)) return E.right({});
  const { path: wrong, text, ...problem } = settings.left;
  return E.left(compilationFailed(plugin, sourcePlace(root, wrong, text, problem), problem.reason));
}

async function compileFile(
  { files, compiler, scheduler, root }: GraphBuilder,
  plugin: string,
  path: string,
  { compile: settings }: FileSettings,
  { read, known }: BuildNotes,
): Promise<E.Either<ReloadError, Omit<GraphModule, 'resolutions'>>> {
  const before = known?.modules.get(path);
  const isSameVariant = (before?.compiled.variant ?? '') === variantOf(settings);
  if (before !== undefined && isSameVariant && isUnchanged(files, path, before)) {
    read.set(path, before.identity);
    return E.right(before);
  }
  const text = await readStableText(files, path, MAX_SOURCE_BYTES, scheduler);
  if (E.isLeft(text)) {
    read.set(path, UNREADABLE);
    return E.left(ioFailure(plugin, displayPath(root, path), text.left.code));
  }
  const { identity, isSettled } = text.right.stamp;
  read.set(path, identity);
  const compiled = await compiler.compile(path, text.right.text, settings);
  if (E.isRight(compiled)) return E.right({ compiled: compiled.right, identity, isSettled });
  const [problem = { reason: 'not valid', line: 1, column: 1 }] = compiled.left;
  const at = sourcePlace(root, path, text.right.text, problem);
  return E.left(compilationFailed(plugin, at, problem.reason, compiled.left.length - 1));
}

/**
 * A `package.json` says where `#` imports lead, so an edit of it can change the graph. Its identity is noted before it is read: a write
 * in between then shows as a change.
 */
function notePackageJson({ files }: GraphBuilder, compiled: CompiledModule, { read }: BuildNotes) {
  const specifiers = [...compiled.imports, ...compiled.dynamicImports];
  if (!specifiers.some((specifier) => specifier.startsWith('#'))) return;
  const path = packageJsonOf(files, compiled.path);
  if (path !== undefined) read.set(path, identityAt(files, path));
}

function resolveAll(
  { files }: GraphBuilder,
  graph: ModuleGraph,
  { path, imports, dynamicImports }: CompiledModule,
  surroundings: Pick<ImportSurroundings, 'mapping' | 'foreign'>,
): Map<string, Resolution> {
  const specifiers = new Set([...imports, ...dynamicImports]);
  return new Map(
    [...specifiers].map((specifier) => [
      specifier,
      resolveNoting(files, graph, surroundings, specifier, path),
    ]),
  );
}

/** Why a static import cannot work. A dynamic import is left to fail when it runs: the plugin may handle that. */
function importProblem(
  { hostModules, files, root }: GraphBuilder,
  { path, imports }: CompiledModule,
  specifier: string,
  resolution: Resolution,
): string | undefined {
  if (!imports.includes(specifier)) return undefined;
  if (resolution.kind === 'missing' && resolution.candidates.length === 0) {
    const packageJson = packageJsonOf(files, path);
    const file = packageJson === undefined ? 'package.json' : displayPath(root, packageJson);
    return `${file} has no import "${specifier}" that leads to a file or package: add it to "imports" or correct the import`;
  }
  const looked = (candidates: readonly string[]) =>
    `looked for ${candidates
      .slice(0, 3)
      .map((candidate) => displayPath(root, candidate))
      .join(', ')}, …`;
  if (resolution.kind === 'missing') {
    return `cannot find "${specifier}": create the file or correct the import (${looked(resolution.candidates)})`;
  }
  if (resolution.kind === 'external' && !hostModules.has(resolution.specifier, path)) {
    if (resolution.candidates !== undefined) {
      return `cannot find "${specifier}", neither as a package nor where tsconfig.json maps it (${looked(resolution.candidates)})`;
    }
    return `cannot find the package "${specifier}": install it beside the plugin or in the host (npm install ${specifier})`;
  }
  return undefined;
}
