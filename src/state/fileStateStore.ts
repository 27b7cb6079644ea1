import { join, resolve } from 'node:path';
import { nodeStateFiles } from './adapters/nodeStateFiles.js';
import { realPath } from './adapters/realPath.js';
import { socketLock } from './adapters/socketLock.js';
import { thisProcess } from './adapters/thisProcess.js';
import type { StateStore } from '../model/reload/StateStore.js';
import { createFileStore } from './writer/createFileStore.js';
import type { CorruptRecord } from './records/readRecord.js';
import { SharedDirectory } from './writer/SharedDirectory.js';
import { stateLimits } from './records/encodeUnsaved.js';

/** By real path, as the lock is: stores of one process on one directory give no number twice, and share its lock. */
const directories = new Map<string, SharedDirectory>();

export interface FileStateStoreOptions {
  /** Number of records of each plugin that are kept. From 1, default 3. */
  readonly generations?: number;
  /**
   * Size of the largest state, as JSON. From 2, default 16 MiB. A larger one, of a store with a higher limit, is not read
   * and stays as it is: `Io` with the code `EFBIG`, in place of an older state.
   */
  readonly maxBytes?: number;
  /** Told of each record that is damaged. It is kept aside at `path`, byte for byte, and the next older one is used. */
  readonly onCorrupt?: (info: CorruptRecord) => void;
  /**
   * `exclusive`: the first process that saves has the directory until it closes its stores or ends; a save of another is
   * refused with `StateSaveFailed`, a load is not. `none`: processes take turns with each plugin's records; on a
   * disk without hard links (FAT, some network disks) one may replace the record of another. Default `exclusive`.
   */
  readonly lock?: 'exclusive' | 'none';
}

/**
 * Keeps the states of plugins in files, so that a state that was acknowledged is there after a crash of the process or
 * a loss of power. For a state that may go with the process, `memoryStateStore`.
 *
 * Each save writes a new file, `<plugin>.<seq>.state`, and never touches an older one: temporary name, flush, its own
 * name, flush of the directory, and only then Right. A record is one line that describes it, with a hash of every other bit,
 * and the state as JSON. A record that is damaged is renamed to `.corrupt`, reported, and the next older one is used.
 *
 * Contract:
 * - Loses: records older than `generations`; nothing acknowledged, where the system flushes what it says it flushed.
 * - Errors: StateSaveFailed (full or read-only disk, and so on; what was saved before stays), StateRejected (the reason
 *   names the place in the state), StateCorrupt (there are records and none is valid), Io (EFBIG: the newest is larger
 *   than `maxBytes`). No task rejects.
 * - Order: what is asked for one plugin is done in the order of the calls; plugins do not wait for each other.
 * - Holds: the newest number of each plugin; no state.
 * - Limit: JSON of 16 MiB, 32 levels deep, without the keys `__proto__`, `constructor`, `prototype`. One process of a
 *   machine writes to a directory; kill -9 frees it at once. On Windows directories cannot be flushed: a record may be
 *   gone after a loss of power, never damaged. Elsewhere than on Linux and Windows the lock is a file in the directory of
 *   temporary files.
 *
 * @param dir - Made when the first state is saved, for its owner only. `~` is the user's home directory.
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

  const path = resolve(/^~(?=$|[\\/])/.test(dir) ? join(nodeStateFiles.home(), dir.slice(1)) : dir);
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

/** Of a directory that is there: before that, a link to it and the directory cannot be told to be one. */
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
