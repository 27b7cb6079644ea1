import { dirname } from 'node:path';
import type { StateFiles } from './StateFiles.js';

/**
 * Puts a new file in place so that it is there, whole, after a loss of power: written under a temporary name, flushed,
 * renamed to a name that no file has, and the directory flushed. Resolves when all of that is done. When it rejects,
 * neither name is there, unless the disk refuses even their removal.
 *
 * A flush that failed is not tried again: the system may have dropped the pages that it could not write, and the next
 * flush of the same file would say that all is well.
 *
 * @param beforeRename - The last word: throws to leave the new name alone.
 *
 * @source https://www.usenix.org/conference/atc20/presentation/rebello
 */
export async function writeDurably(
  files: StateFiles,
  names: { readonly temporary: string; readonly final: string },
  bytes: Uint8Array,
  beforeRename: () => void,
): Promise<void> {
  const file = files.create(names.temporary);
  try {
    await fill(files, file, bytes).finally(() => files.close(file));
    beforeRename();
    files.rename(names.temporary, names.final);
  } catch (error) {
    removeIfPossible(files, names.temporary);
    throw error;
  }
  try {
    await files.syncDirectory(dirname(names.final));
  } catch (error) {
    // Nobody is told that it was saved, so nobody must find it.
    removeIfPossible(files, names.final);
    throw error;
  }
}

async function fill(files: StateFiles, file: number, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const count = await files.write(file, bytes, offset);
    // A disk that takes nothing and reports nothing would be asked for ever.
    if (count <= 0) throw new Error(`wrote ${offset} of ${bytes.length} bytes, then no more`);
    offset += count;
  }
  await files.sync(file);
}

function removeIfPossible(files: StateFiles, path: string): void {
  try {
    files.remove(path);
  } catch {
    // What is left is a temporary file, which the next host removes, or an unacknowledged record.
  }
}
