import { join } from 'node:path';
import { lookAt, type PluginFiles } from '../../modules/files/PluginFiles.js';
import type { PluginLocation } from './PluginLocation.js';

export const manifestNames = ['plugin.toml', 'plugin.json'] as const;

/** The manifest of a plugin: the one that was named, or `plugin.toml` before `plugin.json`; undefined when none is there. */
export function findManifest(
  files: PluginFiles,
  { folder, manifestPath }: PluginLocation,
): string | undefined {
  if (manifestPath !== undefined) return manifestPath;
  return manifestNames
    .map((name) => join(folder, name))
    .find((path) => {
      const stamp = lookAt(files, path);
      return stamp !== undefined && stamp.kind !== 'directory';
    });
}
