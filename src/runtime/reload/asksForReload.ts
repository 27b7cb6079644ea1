import { relative, sep } from 'node:path';
import type { Change } from '../../model/reload/Change.js';
import { matchesPattern } from '../code/matchesPattern.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { PluginLocation } from '../manifest/findManifest.js';

/** Whether a change is of a data file that the manifest's `reload-on` names. Then the plugin is reloaded although its code is the same. */
export function asksForReload(
  { manifest }: PluginCode,
  { folder }: PluginLocation,
  change: Change | undefined,
): boolean {
  const patterns = manifest.manifest['reload-on'] ?? [];
  if (patterns.length === 0 || change === undefined) return false;
  return change.events
    .flatMap((event) => (event._tag === 'Renamed' ? [event.from, event.to] : [event.path]))
    .map((path) => relative(folder, path).split(sep).join('/'))
    .some((path) => patterns.some((pattern) => matchesPattern(pattern, path)));
}
