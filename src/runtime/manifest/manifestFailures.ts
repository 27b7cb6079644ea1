import { formatPath } from '../../model/codecs/formatPath.js';
import type { ManifestInvalid, Place } from '../../model/reload/ReloadError.js';
import { manifestInvalid } from '../../model/reload/sourceFailures.js';
import { sourcePlace } from '../../modules/places/sourcePlace.js';
import { locateKey } from './locateKey.js';
import { formatOf } from './parseManifest.js';
import type { ReadManifest } from './readManifest.js';

/** The failure of a manifest that is well formed but cannot be used: `key` is to blame, for this reason. */
export function manifestRefused(
  root: string,
  plugin: string,
  manifest: ReadManifest,
  key: string | readonly string[],
  reason: string,
): ManifestInvalid {
  const keys = typeof key === 'string' ? [key] : key;
  const at = placeOfKey(root, manifest, keys);
  return manifestInvalid(plugin, at, [`${formatPath(keys)}: ${reason}`]);
}

/** Where a key is written in a manifest. */
export function placeOfKey(
  root: string,
  { path, text }: Pick<ReadManifest, 'path' | 'text'>,
  keys: readonly string[],
): Place {
  return sourcePlace(root, path, text, locateKey(text, keys, formatOf(path)));
}
