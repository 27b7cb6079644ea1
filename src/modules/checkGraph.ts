import { exportMissing, importedNameMissing } from '../model/reload/failures.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { type ModuleOutline, moduleOutline } from './link/moduleOutline.js';
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
  const outlines = outlinesOf(graph);
  const problems: ReloadError[] = [];
  const known = new Map<string, ReadonlySet<string> | undefined>();
  const exportsAt = (file: string) => {
    if (!known.has(file)) known.set(file, exportsOf(graph, outlines, file));
    return known.get(file);
  };
  for (const [path, { imports }] of outlines) {
    const module = graph.modules.get(path);
    for (const { specifier, names } of imports) {
      const target = targetOf(module, specifier);
      const exported = target === undefined ? undefined : exportsAt(target);
      const missing = names.find((name) => exported?.has(name) === false);
      if (exported === undefined || missing === undefined || module === undefined) continue;
      const { source } = module.compiled;
      const at = sourcePlace(root, path, source, locateImport(source, missing));
      problems.push(importedNameMissing(plugin, at, specifier, missing, [...exported]));
    }
  }
  const exported = exportsAt(graph.entry);
  if (exported === undefined) return problems;
  const file = displayPath(root, graph.entry);
  for (const exportName of promised.filter((name) => !exported.has(name))) {
    problems.push(exportMissing(plugin, file, exportName, [...exported]));
  }
  return problems;
}

/** By path. A module whose outline cannot be read is left out. */
type Outlines = ReadonlyMap<string, ModuleOutline>;

function outlinesOf(graph: ModuleGraph): Outlines {
  const outlines = new Map<string, ModuleOutline>();
  for (const [path, { compiled }] of graph.modules) {
    const { form } = compiled;
    const outline = form.kind === 'script' ? moduleOutline(form.code) : undefined;
    if (outline !== undefined) outlines.set(path, outline);
  }
  return outlines;
}

/**
 * The names that a module exports, with those that `export *` passes on. Undefined when they are known only at run time. Each module that
 * `export *` reaches is looked at once, in whatever many ways it is reached.
 */
function exportsOf(
  graph: ModuleGraph,
  outlines: Outlines,
  path: string,
): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  const reached = new Set([path]);
  // A set may grow while it is read: what is added is read too.
  for (const at of reached) {
    const outline = outlines.get(at);
    const exported = at.endsWith('.json') ? ['default'] : outline?.exports;
    if (exported === undefined) return undefined;
    for (const name of exported) if (name !== 'default' || at === path) names.add(name);
    for (const specifier of outline?.starExports ?? []) {
      const target = targetOf(graph.modules.get(at), specifier);
      if (target === undefined) return undefined;
      reached.add(target);
    }
  }
  return names;
}

/** The file that an import leads to. Undefined when it is not one of the plugin's own. */
function targetOf(module: GraphModule | undefined, specifier: string): string | undefined {
  const resolution = module?.resolutions.get(specifier);
  return resolution?.kind === 'module' || resolution?.kind === 'json' ? resolution.path : undefined;
}
