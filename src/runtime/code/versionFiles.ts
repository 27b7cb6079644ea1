import { isUnder } from '../../model/paths.js';
import { fingerprintOf, portableName, textHash } from '../../modules/files/fingerprint.js';
import { type PluginFiles, realPathOf } from '../../modules/files/PluginFiles.js';
import type { ReadManifest } from '../manifest/readManifest.js';
import type { PluginCode } from './PluginCode.js';

/**
 * What a version consists of, for its fingerprint and for a copy of it: the manifest, each module (one outside of the folder by its path
 * from there), and each other file of the folder that the build read. Settings outside of the folder, such as the host's own
 * `package.json`, do not count: they are another one on each machine.
 *
 * @param sources - Path → SHA-256 of each module.
 * @param texts - What the build has read, by path.
 */
export function versionFiles(
  files: PluginFiles,
  folder: string,
  manifest: ReadManifest,
  sources: ReadonlyMap<string, string>,
  texts: ReadonlyMap<string, string>,
): Pick<PluginCode, 'fingerprint' | 'settings'> {
  const realFolder = realPathOf(files, folder);
  const nameOf = (path: string) =>
    portableName(isUnder(path, realFolder) ? realFolder : folder, path);
  const settings = new Map(
    [...texts].filter(
      ([path]) =>
        path !== manifest.path &&
        !sources.has(path) &&
        (isUnder(path, folder) || isUnder(path, realFolder)),
    ),
  );
  const fingerprint = fingerprintOf([
    [nameOf(manifest.path), textHash(manifest.text)],
    // Modules are known by their real paths.
    ...Array.from(sources, ([path, sha256]) => [portableName(realFolder, path), sha256] as const),
    ...Array.from(settings, ([path, text]) => [nameOf(path), textHash(text)] as const),
  ]);
  return { fingerprint, settings };
}
