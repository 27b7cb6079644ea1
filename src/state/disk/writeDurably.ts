import { dirname } from 'node:path';
import type { StateFiles } from './StateFiles.js';
import { ioReason } from './ioReason.js';

/** A disk without second names says one of these: FAT and some network and FUSE disks. EISDIR is what Windows makes of it. */
const noLinkCodes: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EISDIR',
]);

/**
 * Puts a new file in place so that it is there, whole, after a loss of power: written under a temporary name, flushed,
 * given a name that no file has, and the directory flushed. True when all of that is done; false, and nothing is left,
 * when the name is not to be had. When it rejects, neither name is there, unless the disk refuses even their removal.
 *
 * A flush that failed is not tried again: the system may have dropped the pages that it could not write, and the next
 * flush of the same file would say that all is well.
 *
 * @param mayPublish - The last word before the file gets its name.
 *
 * @source https://www.usenix.org/conference/atc20/presentation/rebello
 */
export async function writeDurably(
  files: StateFiles,
  names: { readonly temporary: string; readonly final: string },
  bytes: Uint8Array,
  mayPublish: () => boolean,
): Promise<boolean> {
  const file = files.create(names.temporary);
  try {
    await fill(files, file, bytes).finally(() => files.close(file));
    if (!mayPublish() || !publish(files, names)) {
      removeIfPossible(files, names.temporary);
      return false;
    }
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
  return true;
}

/** By a second name, which the system refuses where there is one: a rename would replace what another process saved there. */
function publish(
  files: StateFiles,
  { temporary, final }: { readonly temporary: string; readonly final: string },
): boolean {
  try {
    files.link(temporary, final);
  } catch (error) {
    const { code } = ioReason(error);
    if (code === 'EEXIST') return false;
    if (!noLinkCodes.has(code)) throw error;
    files.rename(temporary, final);
    return true;
  }
  removeIfPossible(files, temporary);
  return true;
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
