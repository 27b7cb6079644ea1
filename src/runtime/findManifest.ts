import { join } from 'node:path';
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

function lookAt(files: PluginFiles, path: string) {
  try {
    return files.stat(path);
  } catch {
    // No permission for the folder: reading it says so, with the code.
    return undefined;
  }
}
