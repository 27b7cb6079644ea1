import { dirname } from 'node:path';
import type { StateFiles } from './StateFiles.js';

/** Makes a directory and what is missing above it, each flushed into its parent, so that it is there after a loss of power. */
export async function makeDirectories(files: StateFiles, dir: string): Promise<void> {
  const missing: string[] = [];
  for (let path = dir; !files.isDirectory(path); path = dirname(path)) {
    missing.unshift(path);
    if (dirname(path) === path) break;
  }
  for (const path of missing) {
    try {
      files.makeDirectory(path);
    } catch (error) {
      const isMade = files.isDirectory(path); // another process may have been faster
      if (!isMade) throw isThere(error) ? notADirectory(path) : error;
    }
    await files.syncDirectory(dirname(path));
  }
}

/** Node 24 says that a file is there already where Node 20 says that it is no directory. */
function isThere(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'EEXIST';
}

function notADirectory(path: string): Error {
  return Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${path}'`), { code: 'ENOTDIR' });
}
