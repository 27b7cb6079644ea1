import { join } from 'node:path';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { findManifest, type PluginLocation } from '../manifest/findManifest.js';
import { isPluginFileName, isSourceName } from '../manifest/impliedManifest.js';

/** The folder of packages. */
export const PACKAGES = 'node_modules';

/** Whether a plugin needs a manifest. */
export type ManifestRule = 'required' | 'optional';

/** Where manifests are needed, each entry may have one; where they are not, some names are never those of plugins. */
export function isCandidateName(name: string, manifests: ManifestRule): boolean {
  if (manifests === 'required') return true;
  if (name.startsWith('.') || name === PACKAGES) return false;
  return !isSourceName(name) || isPluginFileName(name);
}

/** What stands in for the manifest of a plugin at a path, where none is needed: a source file stands for itself. */
export function impliedAt(
  path: string,
  { files, manifests }: Pick<FolderRules, 'files' | 'manifests'>,
): Pick<PluginLocation, 'implied'> {
  if (manifests === 'required') return {};
  const isFile = isSourceName(path) && tryStat(files, path)?.kind !== 'directory';
  return { implied: { isFile } };
}

/**
 * The folders of a directory that have a manifest, in order of name. Throws the system's error when the directory cannot be listed. It
 * loads no package, so that a command can tell how many plugins there are before it loads what runs them.
 */
export function pluginFoldersUnder(
  dir: string,
  { files, manifests, locationOf }: FolderRules,
): readonly string[] {
  return files
    .list(dir)
    .filter((name) => isCandidateName(name, manifests))
    .map((name) => join(dir, name))
    .filter((folder) => findManifest(files, locationOf(folder)) !== undefined);
}

export interface FolderRules {
  readonly files: PluginFiles;
  readonly manifests: ManifestRule;
  /** Where the manifest of a folder is, or would be. */
  readonly locationOf: (folder: string) => PluginLocation;
}
