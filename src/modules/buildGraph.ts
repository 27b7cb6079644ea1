import { pathToFileURL } from 'node:url';
import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import { compilationFailed, ioFailure } from '../model/reload/failures.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { clockOf } from './adapters/clock.js';
import { type ModuleCompiler, variantOf } from './compile/createModuleCompiler.js';
import type { CompiledModule } from './evaluate/CompiledModule.js';
import { textHash } from './files/fingerprint.js';
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
/** Each file of a graph is watched, and its imports are linked. */
const MAX_MODULE_COUNT = 8_192;
/** Each import that leads to no file is looked for at 20 paths, which are watched. */
const MAX_SPECIFIER_COUNT = 8_192;
/** The longest path of any system. */
const MAX_SPECIFIER_LENGTH = 4_096;
/** The text of a failure goes to terminals, logs and audits: a name in it may be as long as the source. */
const MAX_REASON_LENGTH = 1_000;

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
  const sources = new Map<string, string>();
  const added = await addModule(builder, plugin, graph, entry, { read, sources, known });
  for (const path of graph.tsconfigs.keys()) {
    if (!graph.decided.has(path)) graph.tsconfigs.delete(path);
  }
  const result = E.isLeft(added) ? added : E.right(graph);
  return { result, read: new Map([...read, ...graph.decided]), missing: graph.missing, sources };
}

interface BuildNotes {
  /** Path → identity. A file is noted even if reading or compiling it fails. */
  readonly read: Map<string, string>;
  /** Path → SHA-256 of the text of each module. */
  readonly sources: Map<string, string>;
  readonly known?: ModuleGraph | undefined;
}

/** Adds a file to a graph, with all that it imports and that the graph lacks. */
export async function addModule(
  builder: GraphBuilder,
  plugin: string,
  graph: ModuleGraph,
  entry: string,
  notes: BuildNotes = { read: new Map(), sources: new Map() },
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
    const tooMany = countProblem(graph, compiled);
    if (tooMany !== undefined) {
      const at = sourcePlace(builder.root, path, compiled.source, { line: 1, column: 1 });
      return E.left(compilationFailed(plugin, at, tooMany));
    }
    notePackageJson(builder, compiled, notes);
    const { mapping } = settings.right;
    const resolutions = new Map<string, Resolution>();
    graph.modules.set(path, { ...file.right, resolutions, ...(mapping && { mapping }) });
    const statics = new Set(compiled.imports);
    for (const specifier of new Set([...compiled.imports, ...compiled.dynamicImports])) {
      if (nowMs() - sliceStartMs > MAX_SLICE_MS) {
        await builder.nextTurn();
        sliceStartMs = nowMs();
      }
      const own = resolveBounded(specifier, () =>
        resolveNoting(builder.files, graph, { mapping, foreign }, specifier, path),
      );
      const resolution = withShared(builder, own);
      resolutions.set(specifier, resolution);
      const problem = statics.has(specifier)
        ? importProblem(builder, compiled, specifier, { resolution, own })
        : undefined;
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

/** Why a graph does not take one module more. */
function countProblem({ modules }: ModuleGraph, compiled: CompiledModule): string | undefined {
  if (modules.size >= MAX_MODULE_COUNT) {
    return `the plugin has more than ${MAX_MODULE_COUNT.toLocaleString('en')} files; make packages of those that seldom change`;
  }
  const count = compiled.imports.length + compiled.dynamicImports.length;
  if (count <= MAX_SPECIFIER_COUNT) return undefined;
  return `imports from ${count.toLocaleString('en')} places, ${MAX_SPECIFIER_COUNT.toLocaleString('en')} at most; split it`;
}

/** An import whose text is longer than any path leads nowhere, and is looked for nowhere. */
export function resolveBounded(specifier: string, resolve: () => Resolution): Resolution {
  return specifier.length > MAX_SPECIFIER_LENGTH ? { kind: 'missing', candidates: [] } : resolve();
}

/** Where an import leads that leads to a file of the plugin: to the host's own instance, if it shares that file. */
export function withShared(
  { isShared }: Pick<GraphBuilder, 'isShared'>,
  found: Resolution,
): Resolution {
  const isOwn = found.kind === 'module' || found.kind === 'json';
  if (!isOwn || isShared?.(found.path) !== true) return found;
  return { kind: 'external', specifier: pathToFileURL(found.path).href };
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
  { files, compiler, scheduler, root, beforeCompile }: GraphBuilder,
  plugin: string,
  path: string,
  { compile: settings }: FileSettings,
  { read, sources, known }: BuildNotes,
): Promise<E.Either<ReloadError, Omit<GraphModule, 'resolutions'>>> {
  const before = known?.modules.get(path);
  const isSameVariant = (before?.compiled.variant ?? '') === variantOf(settings);
  if (before !== undefined && isSameVariant && isUnchanged(files, path, before)) {
    read.set(path, before.identity);
    sources.set(path, before.compiled.hash);
    return E.right(before);
  }
  const text = await readStableText(files, path, MAX_SOURCE_BYTES, scheduler);
  if (E.isLeft(text)) {
    read.set(path, UNREADABLE);
    return E.left(ioFailure(plugin, displayPath(root, path), text.left.code));
  }
  const { identity, isSettled } = text.right.stamp;
  read.set(path, identity);
  sources.set(path, textHash(text.right.text));
  const admitted = await beforeCompile?.(path, text.right.text);
  if (admitted !== undefined && E.isLeft(admitted)) return admitted;
  const compiled = await compiler.compile(path, text.right.text, settings);
  if (E.isRight(compiled)) return E.right({ compiled: compiled.right, identity, isSettled });
  const [problem = { reason: 'not valid', line: 1, column: 1 }] = compiled.left;
  const at = sourcePlace(root, path, text.right.text, problem);
  const reason = shortened(problem.reason);
  return E.left(compilationFailed(plugin, at, reason, compiled.left.length - 1));
}

function shortened(text: string): string {
  return text.length <= MAX_REASON_LENGTH ? text : `${text.slice(0, MAX_REASON_LENGTH)}…`;
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

/** Why a static import cannot work. A dynamic import is left to fail when it runs: the plugin may handle that. */
function importProblem(
  { hostModules, files, root, isShared, sharedRefusal }: GraphBuilder,
  { path }: CompiledModule,
  specifier: string,
  { resolution, own }: { readonly resolution: Resolution; readonly own: Resolution },
): string | undefined {
  if (specifier.length > MAX_SPECIFIER_LENGTH) {
    return `an import of ${specifier.length.toLocaleString('en')} characters leads nowhere: correct it`;
  }
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
  if (sharedRefusal !== undefined && resolution.kind === 'external') {
    const isRefused = own.kind !== 'external' && own.kind !== 'missing' && isShared?.(own.path);
    if (isRefused === true) return `"${specifier}" ${sharedRefusal}`;
  }
  if (resolution.kind === 'external' && !hostModules.has(resolution.specifier, path)) {
    if (resolution.candidates !== undefined) {
      return `cannot find "${specifier}", neither as a package nor where tsconfig.json maps it (${looked(resolution.candidates)})`;
    }
    return `cannot find the package "${specifier}": install it beside the plugin or in the host (npm install ${specifier})`;
  }
  return undefined;
}
