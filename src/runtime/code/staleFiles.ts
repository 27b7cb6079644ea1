import { outsideOf } from '../../modules/files/outsideOf.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { hasSameText, looksUnchanged } from '../../modules/files/unchanged.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import { leadsToSameFiles } from '../../modules/requireNow.js';
import type { PluginFilesInUse } from './PluginFilesInUse.js';

/** A file that differs from what a plugin read, or that appeared where a plugin looked for it. */
export interface StaleFile {
  readonly path: string;
  readonly change: 'Created' | 'Modified' | 'Deleted';
}

interface FilesOfPlugin {
  readonly environment: { readonly files: PluginFiles };
  readonly files: Pick<PluginFilesInUse, 'present' | 'missing' | 'isAsRead'>;
}

/** The plugins' files, at or below one of the paths, that differ from what the plugins read. */
export function staleFiles(
  plugins: readonly FilesOfPlugin[],
  paths: readonly string[],
): readonly StaleFile[] {
  if (paths.length === 0) return [];
  const isOutside = outsideOf(paths);
  const isAsked = (file: string) => !isOutside(file);
  const stale = new Map<string, StaleFile>();
  for (const { environment, files: inUse } of plugins) {
    const { files } = environment;
    for (const path of inUse.present().filter(isAsked)) {
      if (inUse.isAsRead(files, path)) continue;
      const change = tryStat(files, path) === undefined ? 'Deleted' : 'Modified';
      stale.set(path, { path, change });
    }
    for (const path of inUse.missing().filter(isAsked)) {
      const isThere = !stale.has(path) && tryStat(files, path)?.kind === 'file';
      if (isThere) stale.set(path, { path, change: 'Created' });
    }
  }
  return [...stale.values()];
}

/**
 * Whether the files that the serving code imported or required by computed names still have their text, and each such `require` still
 * leads to the same file. No build can know of these, so two builds with the same hash may differ in them.
 */
export function hasSameComputedImports(
  files: PluginFiles,
  serving: ModuleGraph,
  built: ModuleGraph,
): boolean {
  for (const [path, module] of serving.modules) {
    if (!built.modules.has(path) && !hasSameText(files, path, module)) return false;
  }
  for (const [path, identity] of serving.decided) {
    if (!built.decided.has(path) && !looksUnchanged(files, path, identity)) return false;
  }
  return leadsToSameFiles(files, serving);
}
