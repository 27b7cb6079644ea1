import { relative, sep } from 'node:path';
import type { Change } from '../../model/reload/Change.js';
import type { PluginLocation } from '../manifest/PluginLocation.js';
import { matchesPattern } from './matchesPattern.js';
import type { PluginCode } from '../code/PluginCode.js';

/** Whether a change touches data that the manifest's `reload-on` names: then the same code is to start afresh. */
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
