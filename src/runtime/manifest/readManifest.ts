import { basename, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { SchedulerLike } from 'rxjs';
import type { ReloadError, ReloadFailure } from '../../model/reload/ReloadError.js';
import {
  apiVersionMismatch,
  ioFailure,
  manifestInvalid,
  manifestNotFound,
} from '../../model/reload/sourceFailures.js';
import { fingerprintOf, portableName, textHash } from '../../modules/files/fingerprint.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import { readStableText } from '../../modules/files/readStableText.js';
import { isUnchanged } from '../../modules/files/unchanged.js';
import { displayPath, sourcePlace } from '../../modules/places/sourcePlace.js';
import type { TextPlace } from '../../modules/places/textPlace.js';
import {
  directoryOf,
  isPackageFile,
  leadsOut,
  maxBytesOf,
  type PluginLocation,
} from './findManifest.js';
import { impliedName, indexFile, isSourceName } from './impliedManifest.js';
import { locateKey } from './locateKey.js';
import { type ApiVersion, Manifest } from './manifestKeys.js';
import { dangerousKeys, decodeProblems } from './manifestProblems.js';
import { formatOf, guessName, nameIn, parseManifest } from './parseManifest.js';

/** The ports and settings for reading a manifest. */
export interface ManifestReader {
  readonly files: PluginFiles;
  /** Paths in errors are relative to it. */
  readonly root: string;
  /** The api version that the host offers. */
  readonly apiVersion: ApiVersion;
  readonly scheduler: SchedulerLike;
  /** By path: the manifests that were read last. One whose file has not changed is not read again. Left out: none is remembered. */
  readonly manifestsRead?: Map<string, ReadManifest>;
}

/** A manifest that is valid for this host. */
export interface ReadManifest {
  readonly path: string;
  readonly manifest: Manifest;
  /** The decoded manifest as JSON text: layout, comments and the order of keys do not change it. */
  readonly meaning: string;
  /** Identity of the file when it was read, see `FileStamp`. */
  readonly identity: string;
  /** The file was not being written when it was read: an equal identity later means equal bytes. */
  readonly isSettled: boolean;
  readonly text: string;
}

/**
 * Reads, decodes and checks a manifest. `known` is not read again where its file has not changed, and its text alone decides what it says. In
 * a failure `plugin` is the name in the manifest, guessed where it cannot be parsed, or else the name of its folder.
 */
export async function readManifest(
  reader: ManifestReader,
  location: PluginLocation,
  path: string | undefined,
  known?: ReadManifest,
): Promise<E.Either<ReloadError, ReadManifest>> {
  if (path === undefined || !isByTextAlone(path)) {
    return readChanged(reader, location, path, undefined);
  }
  const read = await readChanged(reader, location, path, reader.manifestsRead?.get(path) ?? known);
  if (E.isRight(read)) reader.manifestsRead?.set(path, read.right);
  else reader.manifestsRead?.delete(path);
  return read;
}

/** Whether nothing but its text decides what a manifest says: no index file of the folder, and nothing that the host gives for the location. */
function isByTextAlone(path: string): boolean {
  return !isPackageFile(path) && !isSourceName(path);
}

async function readChanged(
  reader: ManifestReader,
  location: PluginLocation,
  path: string | undefined,
  known: ReadManifest | undefined,
): Promise<E.Either<ReloadError, ReadManifest>> {
  const { files, root, scheduler } = reader;
  const folder = directoryOf(location);
  const notFound = () => absentManifest(root, location);
  if (path === undefined) return E.left(notFound());
  if (known?.path === path && isUnchanged(files, path, known)) return E.right(known);
  if (leadsOut(files, folder, path)) {
    return E.left(ioFailure(basename(folder), displayPath(root, path), 'EOUTSIDE'));
  }
  const read = await readStableText(files, path, maxBytesOf(path), scheduler);
  if (E.isLeft(read)) {
    return read.left.code === 'ENOENT'
      ? E.left(notFound())
      : E.left(ioFailure(basename(folder), displayPath(root, read.left.path), read.left.code));
  }
  const { text, stamp, isUtf8 } = read.right;
  if (known?.path === path && known.text === text && isUtf8) {
    return E.right({ ...known, identity: stamp.identity, isSettled: stamp.isSettled });
  }
  const format = formatOf(path);
  const refuse = (failure: ReloadFailure) => {
    const fingerprint = fingerprintOf([[portableName(folder, path), textHash(text)]]);
    return E.left<ReloadFailure>({ ...failure, fingerprint });
  };
  const invalid = (plugin: string, problems: readonly string[], place: TextPlace) =>
    refuse(manifestInvalid(plugin, sourcePlace(root, path, text, place), problems));

  const parsed = parseManifest({ path, text, isUtf8 }, location);
  if (E.isLeft(parsed)) {
    const guess = guessName(text, format) ?? basename(folder);
    return invalid(guess, [parsed.left.reason], parsed.left);
  }
  const plugin = nameIn(parsed.right) ?? basename(folder);

  const refused = dangerousKeys(parsed.right);
  const decoded = Manifest.decode(withSource(files, folder, path, parsed.right));
  const problems = refused ?? (E.isLeft(decoded) ? decodeProblems(decoded.left) : undefined);
  if (problems !== undefined || E.isLeft(decoded)) {
    const { lines, path: keys } = problems ?? { lines: [], path: [] };
    return invalid(plugin, lines, locateKey(text, keys, format));
  }
  const manifest = decoded.right;
  if (!offersApi(manifest, reader.apiVersion)) {
    const { 'api-version': wanted = reader.apiVersion } = manifest;
    const file = displayPath(root, path);
    return refuse(apiVersionMismatch(plugin, file, dotted(wanted), dotted(reader.apiVersion)));
  }
  return E.right({
    path,
    manifest,
    meaning: JSON.stringify(manifest, inOrder),
    identity: stamp.identity,
    isSettled: stamp.isSettled,
    text,
  });
}

/** What can be done about a plugin that has neither a manifest nor what stands in for one. */
function absentManifest(root: string, { folder, implied }: PluginLocation): ReloadFailure {
  if (implied === undefined) {
    return manifestNotFound(basename(folder), displayPath(root, join(folder, 'plugin.toml')));
  }
  const name = implied.name ?? impliedName(folder);
  const file = implied.isFile ? folder : join(folder, 'index.ts');
  return ioFailure(name, displayPath(root, file), 'ENOENT');
}

/** A package.json may leave its source to the index file of the folder. */
function withSource(files: PluginFiles, folder: string, path: string, parsed: unknown): unknown {
  if (!isPackageFile(path) || typeof parsed !== 'object' || parsed === null) return parsed;
  const index = 'source' in parsed ? undefined : indexFile(files, folder);
  return index === undefined ? parsed : { ...parsed, source: `./${basename(index)}` };
}

/** The keys of each table in one order: the file may have them in any. */
function inOrder(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether the host has the same major version, and at least the minor one that the plugin asks for. */
function offersApi({ 'api-version': wanted }: Manifest, host: ApiVersion): boolean {
  if (wanted === undefined) return true;
  return wanted.major === host.major && wanted.minor <= host.minor;
}

function dotted({ major, minor, patch }: ApiVersion): string {
  return `${major}.${minor}.${patch}`;
}
