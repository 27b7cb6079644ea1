import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { StateSaveFailed } from '../../model/reload/ReloadError.js';
import type { StateFiles } from '../disk/StateFiles.js';
import { writeDurably } from '../disk/writeDurably.js';
import { listRecords, newestSeq } from '../records/listRecords.js';
import type { PreparedRecord } from '../records/prepareRecord.js';
import { recordFormat } from '../records/recordFormat.js';
import { recordName } from '../records/recordName.js';
import { storeFailure } from '../records/storeFailure.js';
import type { SharedDirectory, StateWriter } from './SharedDirectory.js';

/** Two hosts that take turns rarely choose the same number. After this many lost numbers in a row, the save fails. */
const maxAttempts = 5;

export interface Publication {
  readonly files: StateFiles;
  readonly writer: StateWriter;
  readonly shared: SharedDirectory;
  readonly dir: string;
  readonly maxBytes: number;
  /**
   * Whether only one process at a time may write. If so, a process that has lost the lock without knowing it is
   * refused.
   */
  readonly isFenced: boolean;
}

/**
 * Writes a record under the next free number. Other hosts may write to the same directory, on this machine or through a
 * shared disk, so nothing that this host remembers is certain. The stores of this process take turns per plugin: each call of
 * this function is alone with its plugin in this process. The steps, in order:
 *
 * 1. Start from the number that this process gave last; list the directory only when there is none, or when an attempt
 *    lost its number. A listing per save would cost time and is not needed: step 5 lists the directory again.
 * 2. When fenced, take this process's fencing token: one more than that of the newest record when the process wrote first.
 * 3. When fenced, and another host's record is newer than what this process knows, compare tokens. A higher one means that
 *    the other host took over while this one was stopped, or could not see its lock: the save is refused.
 * 4. Reserve the number in memory before the disk is used, so that no number is used twice, also after a failure.
 * 5. Write durably (see `writeDurably`). Right before the record gets its name, list the directory again: a host that was
 *    stopped between two lines of this function wakes up here, and must not publish a number that is no longer the newest.
 * 6. When the number was lost, forget the reservation and start over, so that step 3 compares with the newest record on
 *    the disk.
 *
 * @returns The record's number. Rejects when the disk refuses.
 */
export async function publishRecord(
  at: Publication,
  plugin: string,
  prepared: PreparedRecord,
): Promise<E.Either<StateSaveFailed, number>> {
  const { files, dir, writer, shared } = at;
  const newestOnDisk = (): number => newestSeq(listRecords(files, dir, plugin));
  const own = shared.lastSeqs.get(plugin);
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    const newest = own === undefined || attempt > 1 ? newestOnDisk() : own;
    const fence = at.isFenced ? await ownFence(at, plugin, newest) : 0;
    const isForeign = own !== undefined && newest > own;
    if (at.isFenced && isForeign && (await readFence(at, plugin, newest)) > fence) {
      return E.left(storeFailure.takenOver(plugin, dir));
    }
    const seq = Math.max(shared.lastSeqs.get(plugin) ?? 0, newest) + 1;
    shared.lastSeqs.set(plugin, seq);
    const isPublished = await writeDurably(
      files,
      {
        temporary: join(dir, recordName.temporary(plugin, seq, writer)),
        final: join(dir, recordName.record(plugin, seq)),
      },
      prepared({ seq, fence }),
      {
        flushNames: () => shared.names.flushed(() => files.syncDirectory(dir)),
        mayPublish: () => newestOnDisk() < seq,
      },
    );
    if (isPublished) return E.right(seq);
    if (own !== undefined) shared.lastSeqs.set(plugin, own);
  }
  return E.left(storeFailure.takenOver(plugin, dir));
}

async function ownFence(at: Publication, plugin: string, newest: number): Promise<number> {
  const { fences } = at.shared;
  const fence = fences.get(plugin) ?? (await readFence(at, plugin, newest)) + 1;
  fences.set(plugin, fence);
  return fence;
}

/** The fencing token in a record; 0 for a record that is damaged or gone, as if nobody had written. */
async function readFence(at: Publication, plugin: string, seq: number): Promise<number> {
  const path = join(at.dir, recordName.record(plugin, seq));
  const start = await at.files
    .read(path, at.maxBytes + recordFormat.maxHeaderBytes)
    .catch(() => undefined);
  if (start === undefined) return 0;
  // A record of a store with a higher limit: its state cannot be checked here, but its token counts.
  if (start.sizeBytes > start.bytes.length) return recordFormat.peek(start.bytes)?.fence ?? 0;
  const decoded = recordFormat.decode(start.bytes);
  return E.isRight(decoded) ? decoded.right.fence : 0;
}
