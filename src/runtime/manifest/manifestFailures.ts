import { formatPath } from '../../model/codecs/formatPath.js';
import type { ManifestInvalid } from '../../model/reload/ReloadError.js';
import { locateKey } from './locateKey.js';
import type { ReadManifest } from './readManifest.js';
import { sourcePlace } from '../../modules/places/sourcePlace.js';

/** A manifest that is well formed and asks for what cannot be: which key, and why. */
export function manifestRefused(
  root: string,
  plugin: string,
  { path, text }: ReadManifest,
  key: string | readonly string[],
  reason: string,
): ManifestInvalid {
  const keys = typeof key === 'string' ? [key] : key;
  const format = path.endsWith('.json') ? 'json' : 'toml';
  const at = sourcePlace(root, path, text, locateKey(text, keys, format));
  const problems = [`${formatPath(keys)}: ${reason}`];
  const message = `${at.file}:${at.line}:${at.column}: the manifest is not valid: ${problems.join('')}.`;
  return { _tag: 'ManifestInvalid', plugin, problems, message, ...at };
}
