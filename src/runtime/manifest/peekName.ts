import { findManifest } from './findManifest.js';
import { leadsOut } from './leadsOut.js';
import type { PluginLocation } from './PluginLocation.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';

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
