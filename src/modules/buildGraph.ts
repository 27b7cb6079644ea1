import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { clockOf } from './adapters/clockOf.js';
import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { ModuleCompiler } from './compile/compileModule.js';
import { displayPath, sourcePlace } from './places/sourcePlace.js';
import type { Externals } from './resolve/externals.js';
import { compilationFailed, ioFailure } from '../model/reload/failures.js';
import { locateImport } from './places/locateImport.js';
import { lookAt, type PluginFiles } from './files/PluginFiles.js';
import type { GraphModule, ModuleGraph } from './link/ModuleGraph.js';
import { packageOf } from './resolve/packageImport.js';
import { readStable } from './files/readStableText.js';
import { resolveModule, type Resolution } from './resolve/resolveModule.js';

/** Reading and compiling are synchronous: after so long the rest of the host gets its turn. */
const MAX_SLICE_MS = 8;
const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

export interface GraphBuilder {
  readonly files: PluginFiles;
  readonly compiler: ModuleCompiler;
  readonly externals: Externals;
  readonly scheduler: SchedulerLike;
  readonly nextTurn: () => Promise<void>;
  readonly root: string;
}

/** A build, and what it looked at; after a failure that is what a mend can show in. */
export interface GraphBuild {
  readonly result: E.Either<ReloadError, ModuleGraph>;
  /** Identity of each file when it was read. */
  readonly read: ReadonlyMap<string, string>;
  readonly missing: ReadonlySet<string>;
}

/** Reads and compiles a file and all that it imports, without running any of it. What `known` holds and nobody wrote to is not read. */
export async function buildGraph(
  builder: GraphBuilder,
  plugin: string,
  entry: string,
  known?: ModuleGraph,
): Promise<GraphBuild> {
  const graph: ModuleGraph = { entry, modules: new Map(), missing: new Set() };
  const read = new Map<string, string>();
  const added = await addModule(builder, plugin, graph, entry, { read, known });
  const result = E.isLeft(added) ? added : E.right(graph);
  return { result, read, missing: graph.missing };
}

interface Lookup {
  /** Learns of each file before it can fail. */
  readonly read: Map<string, string>;
  readonly known?: ModuleGraph | undefined;
}

/** Adds a file, and what it imports that is not there yet. */
export async function addModule(
  builder: GraphBuilder,
  plugin: string,
  graph: ModuleGraph,
  entry: string,
  lookup: Lookup = { read: new Map() },
): Promise<E.Either<ReloadError, void>> {
  const waiting = [entry];
  const nowMs = clockOf(builder.scheduler);
  let sliceStartMs = nowMs();
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (graph.modules.has(path)) continue;
    if (nowMs() - sliceStartMs > MAX_SLICE_MS) {
      await builder.nextTurn();
      sliceStartMs = nowMs();
    }
    const file = await compileFile(builder, plugin, path, lookup);
    if (E.isLeft(file)) return file;
    const { compiled } = file.right;
    notePackage(builder, compiled, lookup);
    const resolutions = resolveAll(builder, compiled);
    graph.modules.set(path, { ...file.right, resolutions });
    for (const [specifier, resolution] of resolutions) {
      if (resolution.kind === 'missing')
        for (const place of resolution.candidates) graph.missing.add(place);
      const problem = unresolved(builder, compiled, specifier, resolution);
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

async function compileFile(
  { files, compiler, scheduler, root }: GraphBuilder,
  plugin: string,
  path: string,
  { read, known }: Lookup,
): Promise<E.Either<ReloadError, Omit<GraphModule, 'resolutions'>>> {
  const before = known?.modules.get(path);
  if (before?.isSettled === true && lookAt(files, path)?.identity === before.identity) {
    read.set(path, before.identity);
    return E.right(before);
  }
  const text = await readStable(files, path, MAX_SOURCE_BYTES, scheduler);
  if (E.isLeft(text)) {
    read.set(path, '');
    return E.left(ioFailure(plugin, displayPath(root, path), text.left.code));
  }
  const { identity, isSettled } = text.right.stamp;
  read.set(path, identity);
  const compiled = await compiler.compile(path, text.right.text);
  if (E.isRight(compiled)) return E.right({ compiled: compiled.right, identity, isSettled });
  const [problem = { reason: 'not valid', line: 1, column: 1 }] = compiled.left;
  const at = sourcePlace(root, path, text.right.text, problem);
  return E.left(compilationFailed(plugin, at, problem.reason, compiled.left.length - 1));
}

/** What a `#` import leads to is written in a file, whose edit may lead it elsewhere. Looked at before that is read. */
function notePackage({ files }: GraphBuilder, compiled: CompiledModule, { read }: Lookup): void {
  const specifiers = [...compiled.imports, ...compiled.dynamicImports];
  if (!specifiers.some((specifier) => specifier.startsWith('#'))) return;
  const path = packageOf(files, compiled.path);
  if (path !== undefined) read.set(path, lookAt(files, path)?.identity ?? '');
}

function resolveAll(builder: GraphBuilder, compiled: CompiledModule): Map<string, Resolution> {
  const specifiers = new Set([...compiled.imports, ...compiled.dynamicImports]);
  return new Map(
    [...specifiers].map((specifier) => [
      specifier,
      resolveModule(builder.files, specifier, compiled.path),
    ]),
  );
}

/** Why a static import cannot work. A dynamic one may be guarded by the plugin: it fails when it runs. */
function unresolved(
  { externals, files, root }: GraphBuilder,
  { path, imports }: CompiledModule,
  specifier: string,
  resolution: Resolution,
): string | undefined {
  if (!imports.includes(specifier)) return undefined;
  if (resolution.kind === 'missing' && resolution.candidates.length === 0) {
    const where = packageOf(files, path);
    const file = where === undefined ? 'package.json' : displayPath(root, where);
    return `${file} has no import "${specifier}" that leads to a file or package: add it to "imports" or correct the import`;
  }
  if (resolution.kind === 'missing') {
    const tried = resolution.candidates.slice(0, 3).map((place) => displayPath(root, place));
    return `cannot find "${specifier}": create the file or correct the import (looked for ${tried.join(', ')}, …)`;
  }
  if (resolution.kind === 'external' && !externals.has(resolution.specifier, path)) {
    return `cannot find the package "${specifier}": install it beside the plugin or in the host (npm install ${specifier})`;
  }
  return undefined;
}
