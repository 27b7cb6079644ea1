import {
  type FileStamp,
  type PluginFiles,
  tryStat,
  withoutMark,
} from '../../modules/files/PluginFiles.js';
import { findManifest, leadsOut, maxBytesOf, type PluginLocation } from './findManifest.js';
import { impliedName, isSourceName } from './impliedManifest.js';
import { formatOf, guessName, nameIn, parseManifest } from './parseManifest.js';

/** What is known of the name of the plugin in a folder. */
export type ManifestName =
  /** Its manifest says so: it was parsed. Whether the rest of it is valid does not matter. */
  | { readonly kind: 'named'; readonly name: string }
  /** It has a manifest, which cannot be read or parsed, or has no valid name. `guess`: good for the text of a failure only. */
  | { readonly kind: 'unclear'; readonly guess: string | undefined }
  /** It has no manifest. */
  | { readonly kind: 'absent' };

interface KnownName extends Pick<FileStamp, 'identity' | 'isSettled'> {
  readonly text: string;
  readonly name: ManifestName;
}

const UNCLEAR: ManifestName = { kind: 'unclear', guess: undefined };

/** The names in manifests, without checking the rest of them. A manifest is parsed again when its text has changed. */
export class ManifestNames {
  /** By the manifest's path, for as long as it is there. */
  readonly #known = new Map<string, KnownName>();

  at(files: PluginFiles, location: PluginLocation): ManifestName {
    const path = findManifest(files, location);
    if (path === undefined || tryStat(files, path) === undefined) {
      if (path !== undefined) this.#known.delete(path);
      return { kind: 'absent' };
    }
    if (location.implied !== undefined && isSourceName(path)) {
      return { kind: 'named', name: location.implied.name ?? impliedName(location.folder) };
    }
    if (leadsOut(files, location.folder, path)) return UNCLEAR;
    try {
      return this.#read(files, path, location);
    } catch {
      return UNCLEAR;
    }
  }

  #read(files: PluginFiles, path: string, location: PluginLocation): ManifestName {
    const known = this.#known.get(path);
    if (known?.isSettled === true && files.stat(path)?.identity === known.identity) {
      return known.name;
    }
    const maxBytes = maxBytesOf(path);
    const reading = files.read(path, maxBytes);
    const { before, sizeBytes, isUtf8 = true } = reading;
    if (before.kind !== 'file' || sizeBytes > maxBytes) return UNCLEAR;
    const text = withoutMark(reading.text);
    const isSame = known?.text === text && isUtf8;
    const name = isSame ? known.name : nameOf({ path, text, isUtf8 }, location);
    const { identity, isSettled } = before;
    // A file that was written to while it was read is read again the next time.
    const wasStill = identity === reading.after.identity;
    this.#known.set(path, { text, name, identity, isSettled: isSettled && wasStill });
    return name;
  }
}

function nameOf(...[manifest, location]: Parameters<typeof parseManifest>): ManifestName {
  const parsed = parseManifest(manifest, location);
  if (parsed._tag === 'Left') {
    return { kind: 'unclear', guess: guessName(manifest.text, formatOf(manifest.path)) };
  }
  const name = nameIn(parsed.right);
  return name === undefined ? UNCLEAR : { kind: 'named', name };
}
