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
      if (!files.isDirectory(path)) throw error; // another process may have been faster
    }
    await files.syncDirectory(dirname(path));
  }
}
