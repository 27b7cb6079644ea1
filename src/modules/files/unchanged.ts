import { hash } from 'node:crypto';
import { type FileStamp, type PluginFiles, tryStat, withoutMark } from './PluginFiles.js';

// Whether a file still has the content that was read. Three checks, from the cheapest to the most certain:
// - it looks unchanged: its identity is the same. A second write in the same step of the file system's clock goes unnoticed.
// - it is unchanged: its identity is the same, and was settled when the file was read.
// - it has the same text: its identity proves it, or its text is read and compared.

/** A module, and the stamp of its file when it was read: a `GraphModule`. */
interface ReadModule extends Pick<FileStamp, 'identity' | 'isSettled'> {
  /** SHA-256 of the text, in hex. */
  readonly compiled: { readonly hash: string };
}

/** The identity of a file that could not be read. */
export const UNREADABLE = '';

/** The identity of what is at a path now. `UNREADABLE` when nothing is there, or nothing that this process can see. */
export function identityAt(files: PluginFiles, path: string): string {
  return tryStat(files, path)?.identity ?? UNREADABLE;
}

/** Whether a file still has the identity that it had when it was read. */
export function looksUnchanged(files: PluginFiles, path: string, identity: string): boolean {
  return identityAt(files, path) === identity;
}

/** Whether all files that a build read still look unchanged. `read` maps each path to its identity. */
export function allLookUnchanged(files: PluginFiles, read: ReadonlyMap<string, string>): boolean {
  for (const [path, identity] of read) {
    // A file that could not be read is not checked again: the build reports its failure.
    if (identity !== UNREADABLE && !looksUnchanged(files, path, identity)) return false;
  }
  return true;
}

/** Whether a file certainly has the bytes that were read. False when that is only likely. */
export function isUnchanged(
  files: PluginFiles,
  path: string,
  { identity, isSettled }: Pick<FileStamp, 'identity' | 'isSettled'>,
): boolean {
  return isSettled && looksUnchanged(files, path, identity);
}

/** Whether a file still has the text that a module was compiled from. Reads the file where its identity does not prove it. */
export function hasSameText(
  files: PluginFiles,
  path: string,
  { identity, isSettled, compiled }: ReadModule,
): boolean {
  if (isSettled && looksUnchanged(files, path, identity)) return true;
  return isSameContent(files, path, compiled.hash);
}

/** Whether a file has the text with this SHA-256. Reads it. */
export function isSameContent(files: PluginFiles, path: string, sha256: string): boolean {
  const stamp = tryStat(files, path);
  if (stamp?.kind !== 'file') return false;
  try {
    const text = withoutMark(files.read(path, stamp.sizeBytes).text);
    return hash('sha256', text) === sha256;
  } catch {
    return false;
  }
}
