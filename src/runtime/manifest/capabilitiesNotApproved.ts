import type { CapabilitiesNotApproved } from '../../model/reload/ReloadError.js';
import { locateKey } from './locateKey.js';
import type { ReadManifest } from './readManifest.js';
import { sourcePlace } from '../../modules/places/sourcePlace.js';

export function capabilitiesNotApproved(
  root: string,
  plugin: string,
  { path, text }: ReadManifest,
  added: readonly string[],
): CapabilitiesNotApproved {
  const format = path.endsWith('.json') ? 'json' : 'toml';
  const at = sourcePlace(root, path, text, locateKey(text, ['capabilities'], format));
  const list = added.map((name) => JSON.stringify(name)).join(', ');
  const message = `${at.file}:${at.line}:${at.column}: ${plugin} now asks for ${list}, which its version before did not: call approveCapabilities('${plugin}', [${list}]) to let it load, or take it out of "capabilities".`;
  return { _tag: 'CapabilitiesNotApproved', plugin, added, message, ...at };
}
