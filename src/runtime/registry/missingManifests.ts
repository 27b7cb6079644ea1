import { basename, join } from 'node:path';
import { isUnder } from '../../model/paths.js';
import type { ManifestNotFound } from '../../model/reload/ReloadError.js';
import { manifestMissing, noPluginIn } from '../../model/reload/sourceFailures.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { PACKAGE_FILE } from '../manifest/findManifest.js';
import { impliedName, indexFile, isPluginFileName } from '../manifest/impliedManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { CandidateFolders } from './CandidateFolders.js';

/** The failure of a folder that looks like a plugin and has no manifest: it names the lines that are missing. */
export function missingManifest(
  files: PluginFiles,
  root: string,
  folder: string,
): ManifestNotFound {
  const index = indexFile(files, folder);
  return manifestMissing({
    plugin: basename(folder),
    name: impliedName(folder),
    folder: displayPath(root, folder),
    source: basename(index ?? 'index.ts'),
    hasPackage: tryStat(files, join(folder, PACKAGE_FILE)) !== undefined,
  });
}

/** The folders of a directory that look like plugins and have no manifest. What a plugin imports is no plugin. */
export function foldersWithout(
  dir: string,
  used: readonly string[],
  folders: CandidateFolders,
): readonly string[] {
  return folders
    .withoutManifest(dir)
    .filter((folder) => !used.some((file) => isUnder(file, folder)));
}

/**
 * What a person may take for plugins of a directory, and that are none: the folders that look like one, unless a plugin uses files of them,
 * and the directory itself where nothing in it is a plugin.
 */
export function missingManifests(
  dir: string,
  root: string,
  slots: readonly PluginSlot[],
  folders: CandidateFolders,
): readonly ManifestNotFound[] {
  const { files } = folders;
  const used = slots.flatMap((slot) => slot.files.present());
  const without = foldersWithout(dir, used, folders).map((folder) =>
    missingManifest(files, root, folder),
  );
  if (without.length > 0 || folders.under(dir).length > 0) return without;
  const single = files.list(dir).filter(isPluginFileName);
  return [noPluginIn(basename(dir), displayPath(root, dir), single)];
}
