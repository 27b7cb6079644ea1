import { join, sep } from 'node:path';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';

/** File names of a manifest, in the order in which they are looked for. */
export const manifestNames = ['plugin.toml', 'plugin.json'] as const;

/** Path of a plugin's manifest: the one that was named, or else `plugin.toml`, or else `plugin.json`; undefined when there is none. */
export function findManifest(
  files: PluginFiles,
  { folder, manifestPath }: PluginLocation,
): string | undefined {
  if (manifestPath !== undefined) return manifestPath;
  return manifestPaths({ folder, manifestPath }).find((path) => {
    const stamp = tryStat(files, path);
    return stamp !== undefined && stamp.kind !== 'directory';
  });
}

/** The paths at which a plugin's manifest may be, in the order in which they are looked at. */
export function manifestPaths({ folder, manifestPath }: PluginLocation): readonly string[] {
  return manifestPath === undefined
    ? manifestNames.map((name) => join(folder, name))
    : [manifestPath];
}

/** Where a plugin is on disk. */
export interface PluginLocation {
  readonly folder: string;
  /** Set when the manifest has another name than the usual ones. */
  readonly manifestPath: string | undefined;
}

/**
 * Whether a file is a link that leads out of its plugin's folder. Such a file is not opened: a plugin could otherwise make the host read
 * any file.
 */
export function leadsOut(files: PluginFiles, folder: string, path: string): boolean {
  try {
    const real = files.realPath(path);
    return real !== path && !real.startsWith(files.realPath(folder) + sep);
  } catch {
    // It cannot be resolved. Reading it will fail and report why.
    return false;
  }
}

/** A manifest is a few hundred bytes; parsing a larger file would take the host's time. */
export const MAX_MANIFEST_BYTES = 64 * 1024;
