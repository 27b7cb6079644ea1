import { dirname } from 'node:path';
import { isUnder } from '../model/paths.js';
import { isHostSpecifier } from './commonjs/resolveRequire.js';
import { danglingPaths, linkedPaths } from './files/linkedPaths.js';
import type { PluginFiles } from './files/PluginFiles.js';
import { identityAt } from './files/unchanged.js';
import { destinationOf } from './ledAtRunTime.js';
import type { ModuleGraph } from './ModuleGraph.js';
import { absentPackage } from './resolve/ownPackage.js';
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
    onNearer: (path) => noteMissing(files, missing, path),
    onDecided: (path) => noteDecided(files, decided, path),
  });
  const candidates = 'candidates' in resolution ? (resolution.candidates ?? []) : [];
  for (const candidate of candidates) noteMissing(files, missing, candidate);
  return resolution;
}

/** A path that has no file. Where a link on the way to it leads to nothing, the file appears behind that link. */
export function noteMissing(files: PluginFiles, missing: Set<string>, path: string): void {
  if (missing.has(path)) return;
  missing.add(path);
  for (const behind of danglingPaths(files, path)) missing.add(behind);
}

/**
 * A package that is not installed, if it is not: as soon as somebody has done that, the import works.
 *
 * @param lookedFor - Notes what was looked for, and from where, so that it is not looked for again.
 */
export function noteAbsent(
  files: PluginFiles,
  missing: Set<string>,
  lookedFor: Set<string>,
  specifier: string,
  importer: string,
): void {
  if (isHostSpecifier(specifier)) return;
  const key = `${specifier}\0${dirname(importer)}`;
  if (lookedFor.has(key)) return;
  lookedFor.add(key);
  for (const path of absentPackage(files, specifier, importer)) noteMissing(files, missing, path);
}

/** A file that decided something. With links on the way, what the path leads through may be led elsewhere at each of them. */
export function noteDecided(files: PluginFiles, decided: Map<string, string>, path: string): void {
  // The last one has no link: it is the file itself, which is noted as what it is.
  for (const one of [path, ...linkedPaths(files, path).slice(0, -1)]) {
    if (!decided.has(one)) decided.set(one, identityAt(files, one));
  }
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
  const { mapping, resolutions } = graph.modules.get(importer) ?? {};
  const resolution = resolveNoting(files, graph, { mapping }, specifier, importer);
  const path = 'path' in resolution ? resolution.path : undefined;
  const to = destinationOf(resolution, specifier);
  const led = { by: 'import', specifier, importer, mapping, path, to } as const;
  const key = `import\0${importer}\0${specifier}`;
  if (resolution.kind === 'external' && !graph.ledAtRunTime.has(key)) {
    noteAbsent(files, missing, new Set(), resolution.specifier, importer);
  }
  graph.ledAtRunTime.set(key, led);
  // What the text names is one file, whatever else its directory has. And beside the entry lies what is no part of any listing.
  const entryFolder = dirname(graph.entry);
  const isListed =
    path !== undefined &&
    resolutions?.has(specifier) !== true &&
    dirname(path) !== entryFolder &&
    !isUnder(entryFolder, dirname(path)) &&
    graph.listed.note(files, path, importer);
  if (isListed || missing.size + decided.size > countBefore) onNoted();
  return resolution;
}
