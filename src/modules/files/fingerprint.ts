import { hash } from 'node:crypto';
import { isAbsolute, relative, sep } from 'node:path';
import { type PluginFiles, withoutMark } from './PluginFiles.js';

/**
 * The fingerprint of a version: equal files in equal places give the same one on every machine. Nothing absolute and no time is in it.
 *
 * @param files - Name (see `portableName`) and SHA-256 of the text of each file, in any order.
 */
export function fingerprintOf(files: Iterable<readonly [name: string, sha256: string]>): string {
  const lines = Array.from(files, ([name, sha256]) => `${name}\0${sha256}\n`);
  // By code units: the order of a locale differs between machines.
  return hash('sha256', lines.sort().join(''));
}

/** SHA-256 of a text in hex, without the byte order mark that some editors begin a file with. */
export function textHash(text: string): string {
  return hash('sha256', withoutMark(text));
}

/** How a file is named in a fingerprint: its path from the plugin's folder, with `/` on every system. */
export function portableName(folder: string, path: string): string {
  const name = nameFrom(folder, path);
  // On another drive there is no way from the folder. What is left is its name without the drive.
  const parts = (isAbsolute(name) ? name.replace(/^[a-z]:/i, '..') : name).split(sep);
  return parts.join('/');
}

/** `relative`, which is slow, for a plugin of many files: most of them lie in its folder. Both paths are absolute and have no `..` in them. */
export function nameFrom(folder: string, path: string): string {
  const isInside = path.startsWith(folder) && path[folder.length] === sep;
  return isInside ? path.slice(folder.length + 1) : relative(folder, path);
}

/** The same files, and the text of each one that was read through them. */
export interface RecordedFiles {
  readonly files: PluginFiles;
  /** By the path that was asked for, as it was read last. */
  readonly texts: ReadonlyMap<string, string>;
}

/** What is read through the result's `files` is noted, whoever reads it: also a setting that decides how a source is read. */
export function recordReads(files: PluginFiles): RecordedFiles {
  const texts = new Map<string, string>();
  return {
    texts,
    files: {
      stampsDirectories: files.stampsDirectories,
      stat: (path) => files.stat(path),
      realPath: (path) => files.realPath(path),
      ...(files.readLink && { readLink: (path: string) => files.readLink?.(path) }),
      list: (dir) => files.list(dir),
      read: (path, maxBytes) => {
        const reading = files.read(path, maxBytes);
        // Of one that is too large only the beginning was read, and of what is no file nothing.
        const isWhole = reading.sizeBytes <= maxBytes && reading.before.kind === 'file';
        if (isWhole) texts.set(path, withoutMark(reading.text));
        return reading;
      },
    },
  };
}
