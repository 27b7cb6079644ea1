import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError, ReloadFailure } from '../../model/reload/ReloadError.js';
import { type ApiVersion, Manifest } from './Manifest.js';
import { displayPath, sourcePlace } from '../../modules/places/sourcePlace.js';
import {
  apiVersionMismatch,
  ioFailure,
  manifestInvalid,
  manifestNotFound,
} from '../../model/reload/failures.js';
import { leadsOut, nameInManifest } from './findManifest.js';
import { locateKey } from './locateKey.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { decodeProblems, refusedManifest } from './manifestProblems.js';
import { parseJson } from '../../modules/places/parseJson.js';
import { readStableText } from '../../modules/files/readStableText.js';
import { isUnchanged } from '../../modules/files/unchanged.js';
import type { TextPlace } from '../../modules/places/textPlace.js';

const MAX_MANIFEST_BYTES = 64 * 1024;

export interface ManifestReader {
  readonly files: PluginFiles;
  readonly root: string;
  readonly apiVersion: ApiVersion;
  readonly scheduler: SchedulerLike;
}

/** A manifest that may be used, and what proves that it is still the same. */
export interface ReadManifest {
  readonly path: string;
  readonly manifest: Manifest;
  /** Equal for manifests that say the same, whatever their layout. */
  readonly meaning: string;
  readonly identity: string;
  /** Nobody wrote to it in the moment that it was read: an equal identity later means equal bytes. */
  readonly isSettled: boolean;
  readonly text: string;
}

/**
 * Reads, decodes and checks a manifest; what is `known` and nobody wrote to is not read again. `plugin` in a failure is the name it
 * gives, or else the name of its folder.
 */
export async function readManifest(
  reader: ManifestReader,
  folder: string,
  path: string | undefined,
  known?: ReadManifest,
): Promise<E.Either<ReloadError, ReadManifest>> {
  const { files, root, scheduler } = reader;
  const notFound = () =>
    manifestNotFound(basename(folder), displayPath(root, join(folder, 'plugin.toml')));
  if (path === undefined) return E.left(notFound());
  if (known?.path === path && isUnchanged(files, path, known)) return E.right(known);
  if (leadsOut(files, folder, path)) {
    return E.left(ioFailure(basename(folder), displayPath(root, path), 'EOUTSIDE'));
  }
  const read = await readStableText(files, path, MAX_MANIFEST_BYTES, scheduler);
  if (E.isLeft(read)) {
    return read.left.code === 'ENOENT'
      ? E.left(notFound())
      : E.left(ioFailure(basename(folder), displayPath(root, read.left.path), read.left.code));
  }
  const { text, stamp } = read.right;
  const format = path.endsWith('.json') ? 'json' : 'toml';
  const invalid = (plugin: string, problems: readonly string[], place: TextPlace) =>
    E.left<ReloadFailure>(manifestInvalid(plugin, sourcePlace(root, path, text, place), problems));

  // Loaded on first use: a start with JSON manifests does not pay for the TOML parser.
  const parsed =
    format === 'json' ? parseJson(text) : (await import('./parseToml.js')).parseToml(text);
  const plugin = nameInManifest(text, format) ?? basename(folder);
  if (E.isLeft(parsed)) return invalid(plugin, [parsed.left.reason], parsed.left);

  const refused = refusedManifest(parsed.right);
  const decoded = Manifest.decode(parsed.right);
  const problems = refused ?? (E.isLeft(decoded) ? decodeProblems(decoded.left) : undefined);
  if (problems !== undefined || E.isLeft(decoded)) {
    const { lines, path: keys } = problems ?? { lines: [], path: [] };
    return invalid(plugin, lines, locateKey(text, keys, format));
  }
  const manifest = decoded.right;
  if (!isServed(manifest, reader.apiVersion)) {
    const wanted = dotted(manifest['api-version']);
    const offered = dotted(reader.apiVersion);
    return E.left(apiVersionMismatch(plugin, displayPath(root, path), wanted, offered));
  }
  return E.right({
    path,
    manifest,
    meaning: JSON.stringify(manifest),
    identity: stamp.identity,
    isSettled: stamp.isSettled,
    text,
  });
}

/** Same major, and the host at least as new as the plugin asks. */
function isServed({ 'api-version': wanted }: Manifest, host: ApiVersion): boolean {
  return wanted.major === host.major && wanted.minor <= host.minor;
}

function dotted({ major, minor, patch }: ApiVersion): string {
  return `${major}.${minor}.${patch}`;
}
