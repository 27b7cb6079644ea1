import { basename, dirname, join, sep } from 'node:path';
import { type FileStamp, type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import { type Implied, impliedSource, isSourceName, packageManifest } from './impliedManifest.js';

/** File names of a manifest, in the order in which they are looked for. */
export const manifestNames = ['plugin.toml', 'plugin.json'] as const;

/** A package.json is a manifest when it has the key `hotpipe`. */
export const PACKAGE_FILE = 'package.json';

/**
 * Path of a plugin's manifest: the one that was named, or else `plugin.toml`, `plugin.json`, a `package.json` with the key `hotpipe`, or
 * for a plugin that needs none its source. Undefined when there is none.
 */
export function findManifest(
  files: PluginFiles,
  { folder, manifestPath, implied }: PluginLocation,
): string | undefined {
  if (manifestPath !== undefined) return manifestPath;
  if (implied?.isFile === true) return impliedSource(files, folder, implied);
  const written = manifestNames
    .map((name) => join(folder, name))
    .find((path) => {
      const stamp = tryStat(files, path);
      return stamp !== undefined && stamp.kind !== 'directory';
    });
  if (written !== undefined) return written;
  const ofPackage = join(folder, PACKAGE_FILE);
  if (isPluginPackage(files, ofPackage)) return ofPackage;
  return implied && impliedSource(files, folder, implied);
}

/** The files that could be a plugin's manifest, or stand in for one, in the order in which they are looked at. */
export function manifestPaths({
  folder,
  manifestPath,
  implied,
}: PluginLocation): readonly string[] {
  if (manifestPath !== undefined) return [manifestPath];
  if (implied?.isFile === true) return [folder];
  return [...manifestNames, PACKAGE_FILE].map((name) => join(folder, name));
}

/** The directory that paths in a plugin's manifest are relative to. */
export function directoryOf({ folder, implied }: PluginLocation): string {
  return implied?.isFile === true ? dirname(folder) : folder;
}

/** Where a plugin is on disk. */
export interface PluginLocation {
  /** The plugin's folder; for a plugin that is one file, that file. */
  readonly folder: string;
  /** Set when the manifest has another name than the usual ones. */
  readonly manifestPath: string | undefined;
  /** What stands in for a manifest. Left out: the plugin needs one. */
  readonly implied?: Implied;
}

interface KnownPackage extends Pick<FileStamp, 'identity' | 'isSettled'> {
  readonly isPlugin: boolean;
}

/** By port and path: a package.json is read again when it has changed. */
const knownPackages = new WeakMap<PluginFiles, Map<string, KnownPackage>>();

function isPluginPackage(files: PluginFiles, path: string): boolean {
  const stamp = tryStat(files, path);
  if (stamp?.kind !== 'file') return false;
  const known = knownPackages.get(files) ?? new Map<string, KnownPackage>();
  knownPackages.set(files, known);
  const last = known.get(path);
  // It counts whether the file was settled when it was read: a second write right after that leaves the same identity.
  if (last?.isSettled === true && last.identity === stamp.identity) return last.isPlugin;
  const isPlugin = saysPlugin(files, path);
  known.set(path, { identity: stamp.identity, isSettled: stamp.isSettled, isPlugin });
  return isPlugin;
}

function saysPlugin(files: PluginFiles, path: string): boolean {
  try {
    const { text } = files.read(path, MAX_PACKAGE_BYTES);
    if (!/"hotpipe"\s*:/.test(text)) return false;
    try {
      return packageManifest(JSON.parse(text)) !== undefined;
    } catch {
      // It is in the middle of a save, or wrong: the failure of the manifest says so.
      return true;
    }
  } catch {
    return false;
  }
}

/** Whether a path is a package.json. */
export function isPackageFile(path: string): boolean {
  return basename(path) === PACKAGE_FILE;
}

/**
 * Whether a file is a link that leads out of its plugin's folder. Such a file is not opened: a plugin could otherwise make the host read
 * any file.
 */
export function leadsOut(files: PluginFiles, folder: string, path: string): boolean {
  try {
    const real = files.realPath(path);
    return real !== path && !real.startsWith(files.realPath(folder) + sep);
  } catch {
    // It cannot be resolved. Reading it will fail and report why.
    return false;
  }
}

/** A manifest is a few hundred bytes; parsing a larger file would take the host's time. */
const MAX_MANIFEST_BYTES = 64 * 1024;
/** A package.json lists what the whole package has. */
const MAX_PACKAGE_BYTES = 1024 * 1024;
/** As for each other source of a plugin. */
const MAX_SOURCE_BYTES = 16 * 1024 * 1024;

/** The size that a manifest may have. */
export function maxBytesOf(path: string): number {
  if (isPackageFile(path)) return MAX_PACKAGE_BYTES;
  return isSourceName(path) ? MAX_SOURCE_BYTES : MAX_MANIFEST_BYTES;
}
