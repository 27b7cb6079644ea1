import type { LinkedModule } from './link/LinkedGraph.js';
import type { ModuleGraph } from './ModuleGraph.js';

/** What is asked of a graph. */
export interface ImportsOfGraph extends Pick<ModuleGraph, 'entry' | 'ledAtRunTime'> {
  readonly modules: ReadonlyMap<string, Pick<LinkedModule, 'requires' | 'resolutions'>>;
}

/**
 * The files on the shortest way from the entry to a file that a version has: each imports the next one. The entry first, the file last.
 * Undefined when no way is known: nothing imports it, or only a computed `import()` that has not run.
 */
export function importChain(graph: ImportsOfGraph, path: string): readonly string[] | undefined {
  const importerOf = new Map<string, string | undefined>([[graph.entry, undefined]]);
  // The loop also visits what is added while it runs, so that what is nearest to the entry comes first.
  for (const importer of importerOf.keys()) {
    if (importer === path) return wayBack(path, importerOf);
    for (const imported of importedBy(importer, graph)) {
      if (!importerOf.has(imported)) importerOf.set(imported, importer);
    }
  }
  return undefined;
}

function* importedBy(
  importer: string,
  { modules, ledAtRunTime }: ImportsOfGraph,
): Generator<string> {
  const module = modules.get(importer);
  for (const resolution of module?.resolutions.values() ?? []) {
    if (resolution.kind === 'module' || resolution.kind === 'json') yield resolution.path;
  }
  for (const target of module?.requires.values() ?? []) {
    if (target.kind === 'own') yield target.path;
  }
  for (const atRunTime of ledAtRunTime.values()) {
    if (atRunTime.importer === importer && atRunTime.path !== undefined) yield atRunTime.path;
  }
}

function wayBack(
  path: string,
  importerOf: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  const way: string[] = [];
  for (let at: string | undefined = path; at !== undefined; at = importerOf.get(at)) {
    way.unshift(at);
  }
  return way;
}
