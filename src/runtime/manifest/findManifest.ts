import { join, sep } from 'node:path';
import { tryStat, type PluginFiles } from '../../modules/files/PluginFiles.js';

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
      const stamp = tryStat(files, path);
      return stamp !== undefined && stamp.kind !== 'directory';
    });
}

/** Where a plugin lives. `manifestPath` is set when its manifest has a name of its own. */
export interface PluginLocation {
  readonly folder: string;
  readonly manifestPath: string | undefined;
}

/** Whether a file of a plugin is a link to something outside of the plugin's folder: nothing there is opened. */
export function leadsOut(files: PluginFiles, folder: string, path: string): boolean {
  try {
    const real = files.realPath(path);
    return real !== path && !real.startsWith(files.realPath(folder) + sep);
  } catch {
    // Nothing is there; whoever reads it says why.
    return false;
  }
}

const MAX_BYTES = 64 * 1024;

/** The name that a plugin's manifest gives, also when the manifest is broken elsewhere; undefined when none can be read. */
export function peekName(files: PluginFiles, location: PluginLocation): string | undefined {
  const path = findManifest(files, location);
  if (path === undefined || leadsOut(files, location.folder, path)) return undefined;
  try {
    return nameInManifest(
      files.read(path, MAX_BYTES).text,
      path.endsWith('.json') ? 'json' : 'toml',
    );
  } catch {
    return undefined;
  }
}

export function nameInManifest(text: string, format: 'toml' | 'json'): string | undefined {
  const written =
    format === 'json'
      ? /"name"\s*:\s*"([^"\n]*)"/.exec(text)
      : /^[ \t]*["']?name["']?[ \t]*=[ \t]*["']([^"'\n]*)["']/m.exec(text);
  const name = written?.[1];
  return name !== undefined && /^[a-z0-9][a-z0-9-]{0,63}$/.test(name) ? name : undefined;
}
