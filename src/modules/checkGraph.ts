import type { ReloadError } from '../model/reload/ReloadError.js';
import { exportMissing, importedNameMissing } from '../model/reload/sourceFailures.js';
import {
  exportedNames,
  type LinkTarget,
  type OpenModule,
  type OutlinedModule,
  resolveExport,
  targetOf,
} from './link/resolveExport.js';
import type { GraphModule, ModuleGraph } from './ModuleGraph.js';
import { displayPath, sourcePlace } from './places/sourcePlace.js';
import { locateImport } from './places/textPlace.js';

/**
 * Reports the names that a graph imports but no module exports, and the names of `promised` that its entry does not export. Runs no module,
 * so exports that are known only at run time are not checked.
 */
export function checkGraph(options: {
  readonly plugin: string;
  /** Paths in failures are relative to it. */
  readonly root: string;
  readonly graph: ModuleGraph;
  /** Names that the plugin's manifest says the entry exports. */
  readonly promised: readonly string[];
}): readonly ReloadError[] {
  const { plugin, root, graph, promised } = options;
  const modules = outlinedModules(graph);
  const problems: ReloadError[] = [];
  for (const [path, module] of modules) {
    const source = graph.modules.get(path)?.compiled.source ?? '';
    for (const { request, name } of namesAskedBy(module)) {
      const target = targetOf(module, request);
      if (resolveExport(target, name).kind === 'found') continue;
      const at = sourcePlace(root, path, source, locateImport(source, name));
      const specifier = module.outline.requests[request]?.specifier ?? '';
      problems.push(importedNameMissing(plugin, at, specifier, name, exportedNames(target) ?? []));
    }
  }
  const entry = modules.get(graph.entry);
  const exported = entry === undefined ? undefined : exportedNames(entry);
  if (exported === undefined) return problems;
  const file = displayPath(root, graph.entry);
  for (const exportName of promised.filter((name) => !exported.includes(name))) {
    problems.push(exportMissing(plugin, file, exportName, exported));
  }
  return problems;
}

/** The names that a module imports or passes on. */
function namesAskedBy({ outline }: OutlinedModule): readonly { request: number; name: string }[] {
  return [...outline.imports, ...outline.passedExports].flatMap(({ request, name }) =>
    name === undefined ? [] : [{ request, name }],
  );
}

/** A package, of which nothing is known before it is loaded. */
const UNKNOWN: OpenModule = { kind: 'open', names: undefined };

/** By path. */
function outlinedModules(graph: ModuleGraph): ReadonlyMap<string, OutlinedModule> {
  const made = new Map<string, OutlinedModule & { readonly targets: LinkTarget[] }>();
  for (const [path, { compiled, namedOutline }] of graph.modules) {
    const outline = namedOutline?.() ?? compiled.outline;
    made.set(path, { kind: 'module', outline, targets: [] });
  }
  for (const [path, { outline, targets }] of made) {
    for (const { specifier } of outline.requests) {
      const target = ownTarget(graph.modules.get(path), specifier);
      targets.push((target === undefined ? undefined : made.get(target)) ?? UNKNOWN);
    }
  }
  return made;
}

/** The file that an import leads to. Undefined when it is not one of the plugin's own. */
function ownTarget(module: GraphModule | undefined, specifier: string): string | undefined {
  const resolution = module?.resolutions.get(specifier);
  return resolution?.kind === 'module' || resolution?.kind === 'json' ? resolution.path : undefined;
}
