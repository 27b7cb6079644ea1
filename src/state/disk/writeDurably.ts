import { dirname } from 'node:path';
import { ioReason } from './ioReason.js';
import type { StateFiles } from './StateFiles.js';

/** Codes of disks without hard links: FAT, and some network and FUSE disks. Windows reports EISDIR. */
const noLinkCodes: ReadonlySet<string> = new Set([
  'EPERM',
  'EACCES',
  'ENOTSUP',
  'EOPNOTSUPP',
  'ENOSYS',
  'EISDIR',
]);

/**
 * Writes a new file so that it exists and is complete after a crash of the process or a loss of power. The steps, in
 * order:
 *
 * 1. Create a file under a temporary name that no other file has, so that a crash leaves no half record under a real name.
 * 2. Write the bytes, again and again until all are written: the system may take only a part of them.
 * 3. Flush the file, before it has its name: otherwise a loss of power could leave the name with no bytes.
 * 4. Ask `mayPublish`, as late as possible: another process may have saved meanwhile.
 * 5. Link the final name. Unlike a rename, a link fails when the name is taken, so it never replaces what another process
 *    saved. On a disk without links, rename instead: two processes without a common lock can then replace each other's file.
 * 6. Remove the temporary name.
 * 7. Flush the directory: a name is durable only then.
 *
 * A flush that failed is not repeated: the system may have dropped the pages that it could not write, and the next flush
 * of the same file would report success.
 *
 * @param flushNames - Resolves when a flush of the directory has ended that began after this call, or in it.
 * @param mayPublish - Returns false when the file must not get its final name any more.
 * @returns True when all steps are done. False when `mayPublish` refused or the name was taken; no file is left then.
 *   When it rejects, neither name exists, unless the disk also refuses to remove them.
 *
 * @source https://www.usenix.org/conference/atc20/presentation/rebello (step 3, failed flushes),
 *   https://lwn.net/Articles/457667/ (step 7)
 */
export async function writeDurably(
  files: StateFiles,
  names: { readonly temporary: string; readonly final: string },
  bytes: Uint8Array,
  {
    flushNames,
    mayPublish,
  }: { readonly flushNames: () => Promise<void>; readonly mayPublish: () => boolean },
): Promise<boolean> {
  const file = files.create(names.temporary);
  try {
    await writeAndFlush(files, file, bytes).finally(() => files.close(file));
    if (!mayPublish() || !publish(files, names)) {
      removeIfPossible(files, names.temporary);
      return false;
    }
  } catch (error) {
    removeIfPossible(files, names.temporary);
    throw error;
  }
  try {
    await flushNames();
  } catch (error) {
    // The save is reported as failed, so no later load may find its record.
    removeIfPossible(files, names.final);
    throw error;
  }
  return true;
}

/**
 * Directories, by disk. True: this process has flushed the name into the parent, so that it survives a loss of power. False: it has made the
 * directory, and the name is not flushed yet.
 */
const flushed = new WeakMap<StateFiles, Map<string, boolean>>();

/**
 * Makes a directory and its missing parents. Each is flushed into its parent before anything is made in it, so that it survives a loss of power.
 *
 * One that is found is flushed too, once per process: whoever made it may have ended, or failed, before that flush, and a record in it that is
 * acknowledged would be lost with the directory. The directories above it were flushed before it was made.
 */
export async function makeDirectoriesDurably(files: StateFiles, dir: string): Promise<void> {
  const known = flushed.get(files) ?? new Map<string, boolean>();
  flushed.set(files, known);
  const wanted: string[] = [];
  for (let path = dir; dirname(path) !== path; path = dirname(path)) {
    const isThere = files.isDirectory(path);
    if (isThere && known.get(path) === true) break;
    wanted.unshift(path);
    if (isThere) break;
  }
  for (const path of wanted) {
    if (makeDirectory(files, path)) known.set(path, false);
    try {
      await files.syncDirectory(dirname(path));
    } catch (error) {
      // A directory that is not this process's, in one that it may not read: a person or an installer has made it, long ago.
      if (known.get(path) === false || !DENIED.has(ioReason(error).code)) throw error;
    }
    known.set(path, true);
  }
}

const DENIED: ReadonlySet<string> = new Set(['EACCES', 'EPERM']);

/** False when it is there. */
function makeDirectory(files: StateFiles, path: string): boolean {
  if (files.isDirectory(path)) return false;
  try {
    files.makeDirectory(path);
    return true;
  } catch (error) {
    if (files.isDirectory(path)) return false; // another process, or another save, has made it first
    throw error;
  }
}

async function writeAndFlush(files: StateFiles, file: number, bytes: Uint8Array): Promise<void> {
  for (let offset = 0; offset < bytes.length; ) {
    const count = await files.write(file, bytes, offset);
    // A disk that takes nothing and reports no error would keep this loop running for ever.
    if (count <= 0) throw new Error(`wrote ${offset} of ${bytes.length} bytes, then no more`);
    offset += count;
  }
  await files.sync(file);
}

/** False when the final name is taken. */
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

function removeIfPossible(files: StateFiles, path: string): void {
  try {
    files.remove(path);
  } catch {
    // The file that remains is a temporary file, which the next host removes, or a record whose save was reported as
    // failed.
  }
}
