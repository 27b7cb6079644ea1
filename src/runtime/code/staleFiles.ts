import { isUnder } from '../../model/paths.js';
import { hasContent } from './freshness.js';
import { lookAt, type PluginFiles } from '../../modules/files/PluginFiles.js';
import type { PluginFilesInUse } from './PluginFilesInUse.js';

/** A file that is not what a plugin read, or looked for in vain. */
export interface StaleFile {
  readonly path: string;
  readonly change: 'Created' | 'Modified' | 'Deleted';
}

interface FilesOfPlugin {
  readonly environment: { readonly files: PluginFiles };
  readonly files: Pick<PluginFilesInUse, 'present' | 'missing' | 'asRead'>;
}

/** Those of the plugins' files, at or below one of the paths, that are now something else than when they were read. */
export function staleFiles(
  plugins: readonly FilesOfPlugin[],
  paths: readonly string[],
): readonly StaleFile[] {
  const isAsked = (file: string) => paths.some((path) => file === path || isUnder(file, path));
  const stale = new Map<string, StaleFile>();
  for (const { environment, files: inUse } of plugins) {
    const { files } = environment;
    for (const path of inUse.present().filter(isAsked)) {
      if (isAsRead(files, inUse, path)) continue;
      const change = lookAt(files, path) === undefined ? 'Deleted' : 'Modified';
      stale.set(path, { path, change });
    }
    for (const path of inUse.missing().filter(isAsked)) {
      const isThere = !stale.has(path) && lookAt(files, path)?.kind === 'file';
      if (isThere) stale.set(path, { path, change: 'Created' });
    }
  }
  return [...stale.values()];
}

function isAsRead(files: PluginFiles, inUse: FilesOfPlugin['files'], path: string): boolean {
  const { identity, module } = inUse.asRead(path);
  if (module !== undefined && module.identity === identity) return hasContent(files, path, module);
  // A file of the last build that does not serve: its text is not kept. '' stands for one that could not be read.
  return (lookAt(files, path)?.identity ?? '') === identity;
}
