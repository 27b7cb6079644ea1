import { statfsSync } from 'node:fs';

const FOLDER = '/dev/shm';
/** What the largest suite writes at a time, twice. In a container that folder often has 64 MB. */
const NEEDED_BYTES = 1e9;

/**
 * Variables with which temporary folders are in memory, for suites that write thousands of files and of which none is about the disk. Empty
 * where the system has no such folder, or one that is too small: then they are on the disk, as all others are.
 */
export function foldersInMemory(): Readonly<Record<string, string>> {
  try {
    const { bavail, bsize } = statfsSync(FOLDER);
    return bavail * bsize < NEEDED_BYTES ? {} : { TMPDIR: FOLDER };
  } catch {
    return {};
  }
}
