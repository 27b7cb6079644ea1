import { join, resolve } from 'node:path';
import type { StateStore } from '../model/reload/StateStore.js';
import { nodeStateFiles } from './adapters/nodeStateFiles.js';
import { realPath } from './adapters/realPath.js';
import { socketLock } from './adapters/socketLock.js';
import { thisProcess } from './adapters/thisProcess.js';
import { stateLimits } from './records/prepareRecord.js';
import type { CorruptRecord } from './records/readRecord.js';
import { createFileStore } from './writer/createFileStore.js';
import { SharedDirectory } from './writer/SharedDirectory.js';

/**
 * The directories by real path, which also identifies the lock. All stores of this process on one directory share its
 * numbers and its lock.
 */
const directories = new Map<string, SharedDirectory>();

/** Options of {@link fileStateStore}. */
export interface FileStateStoreOptions {
  /** How many records of each plugin are kept: a whole number from 1 (`Error` otherwise). Default 3. */
  readonly generations?: number;
  /**
   * Size of the largest state, as JSON in UTF-8: a whole number of bytes from 2 (`Error` otherwise). Default 16 MiB. A larger
   * state is not saved (`StateRejected`). A larger record, saved by a store with a higher limit, is neither read nor changed:
   * a load fails (`Io`, code `EFBIG`) rather than return an older state.
   */
  readonly maxBytes?: number;
  /** Called with each damaged record that is found. It was set aside at `path`, byte for byte, and the next older one is used. Default: none. */
  readonly onCorrupt?: (info: CorruptRecord) => void;
  /**
   * `exclusive`: the first process that saves has the directory until it closes its stores or ends. Other processes can
   * load, but their saves are refused (`StateSaveFailed`). `none`: any process may save, and never replaces another's record,
   * except on a disk without hard links (FAT, some network disks). Default `exclusive`.
   */
  readonly lock?: 'exclusive' | 'none';
}

/**
 * Keeps the states of plugins in files, so that an acknowledged state survives a crash of the process and a loss of power.
 * For states that may end with the process, use `memoryStateStore`.
 *
 * Each save writes a new file, `<plugin>.<seq>.state`, and never changes an older one: temporary name, flush, final name,
 * flush of the directory, and only then Right. A record is one line of header, with a hash of every other bit, and the state
 * as JSON. A damaged record is renamed to `.corrupt` and reported, and the next older one is used.
 *
 * Contract:
 * - Loses: records older than `generations`; no acknowledged state, if the system has really flushed the files that it
 *   reports as flushed.
 * - Errors: StateSaveFailed (full or read-only disk, and so on; the state saved before stays), StateRejected (the reason
 *   names the place in the state), StateCorrupt (records exist and none is valid), Io (EFBIG: the newest is larger than
 *   `maxBytes`). No task rejects.
 * - Order: calls for one plugin run in their order; plugins do not wait for each other.
 * - Holds: the newest number of each plugin; no state.
 * - Limit: JSON of 16 MiB, 32 levels deep, without the keys `__proto__`, `constructor`, `prototype`. One process per machine
 *   writes to a directory; kill -9 frees it at once. On Windows directories cannot be flushed: after a loss of power a record
 *   may be missing, but never damaged. On systems other than Linux and Windows the lock is a file in the directory of
 *   temporary files.
 *
 * @param dir - Created on the first save, for its owner only. `~` is the user's home directory. `Error` when it is empty, or
 *   begins with `~` for a user without a home.
 *
 * @example
 * ```ts
 * const store = fileStateStore(join(mkdtempSync('/tmp/host-'), 'state'));
 * const unsaved = { plugin: 'counter', schema: 1, codeHash: '9f86d0', state: { count: 1 } };
 *
 * await store.save(unsaved)(); // => right({ ...unsaved, seq: 1 })
 * await store.load('counter')(); // => right(some({ ...unsaved, seq: 1 }))
 * ```
 *
 * @source https://lwn.net/Articles/457667/ (fsync of the directory), measured: bench/state
 */
export function fileStateStore(dir: string, options: FileStateStoreOptions = {}): StateStore {
  const { generations = stateLimits.generations, maxBytes = stateLimits.maxBytes } = options;
  if (dir === '') throw new Error('fileStateStore: dir is empty');
  requireWhole('generations', generations, 1);
  requireWhole('maxBytes', maxBytes, 2);

  const path = resolve(/^~(?=$|[\\/])/.test(dir) ? join(homeFor(dir), dir.slice(1)) : dir);
  return createFileStore({
    files: nodeStateFiles,
    writer: thisProcess,
    dir: path,
    shared: () => sharedDirectory(path),
    lock: options.lock === 'none' ? undefined : socketLock(process.platform),
    generations,
    maxBytes,
    onCorrupt: options.onCorrupt,
  });
}

function homeFor(dir: string): string {
  const home = nodeStateFiles.home();
  if (home !== undefined) return home;
  throw new Error(
    `fileStateStore: ${dir}: this user has no home directory; give a path that does not begin with ~`,
  );
}

/** Only for a directory that exists: before that, a link to it and the directory itself have different real paths. */
function sharedDirectory(dir: string): SharedDirectory {
  const path = realPath(dir);
  const shared = directories.get(path) ?? new SharedDirectory(path);
  directories.set(path, shared);
  return shared;
}

function requireWhole(name: string, value: number, least: number): void {
  if (!Number.isSafeInteger(value) || value < least) {
    throw new Error(`fileStateStore: ${name} (${value}) is not a whole number from ${least}`);
  }
}
