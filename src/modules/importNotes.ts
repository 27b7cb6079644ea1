import type { PluginFiles } from './files/PluginFiles.js';
import { identityAt } from './files/unchanged.js';
import type { ModuleGraph } from './ModuleGraph.js';
import {
  type ImportSurroundings,
  type Resolution,
  resolveModule,
} from './resolve/resolveModule.js';

/**
 * Where an import of a graph's module leads. Notes in the graph which files decided it, and where else a file could appear: a change there
 * concerns the plugin.
 */
export function resolveNoting(
  files: PluginFiles,
  { missing, decided }: Pick<ModuleGraph, 'missing' | 'decided'>,
  surroundings: Pick<ImportSurroundings, 'mapping' | 'foreign'>,
  specifier: string,
  importer: string,
): Resolution {
  const resolution = resolveModule(files, specifier, importer, {
    ...surroundings,
    onNearer: (path) => missing.add(path),
    onDecided: (path) => {
      if (!decided.has(path)) decided.set(path, identityAt(files, path));
    },
  });
  const candidates = 'candidates' in resolution ? (resolution.candidates ?? []) : [];
  for (const candidate of candidates) missing.add(candidate);
  return resolution;
}

/** Where a computed import of a running version leads. `onNoted` is called when more files concern the plugin now. */
export function resolveComputed(
  files: PluginFiles,
  graph: ModuleGraph,
  specifier: string,
  importer: string,
  onNoted: () => void,
): Resolution {
  const { missing, decided } = graph;
  const countBefore = missing.size + decided.size;
  const { mapping } = graph.modules.get(importer) ?? {};
  const resolution = resolveNoting(files, graph, { mapping }, specifier, importer);
  if (missing.size + decided.size > countBefore) onNoted();
  return resolution;
}
