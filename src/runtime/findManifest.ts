import { join } from 'node:path';
import { lookAt } from './lookAt.js';
import type { PluginFiles } from './PluginFiles.js';

export const manifestNames = ['plugin.toml', 'plugin.json'] as const;

/** The manifest in a folder: `plugin.toml` before `plugin.json`; undefined when neither is there. */
export function findManifest(files: PluginFiles, folder: string): string | undefined {
  return manifestNames
    .map((name) => join(folder, name))
    .find((path) => {
      const stamp = lookAt(files, path);
      return stamp !== undefined && stamp.kind !== 'directory';
    });
}
