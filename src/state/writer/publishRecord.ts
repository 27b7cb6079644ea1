import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { StateSaveFailed } from '../../model/reload/ReloadError.js';
import type { EncodeRecord } from '../records/encodeUnsaved.js';
import { listRecords } from '../records/listRecords.js';
import { recordFormat } from '../records/recordFormat.js';
import { recordName } from '../records/recordName.js';
import type { SharedDirectory, StateWriter } from './SharedDirectory.js';
import type { StateFiles } from '../disk/StateFiles.js';
import { storeFailure } from '../records/storeFailure.js';
import { writeDurably } from '../disk/writeDurably.js';

/** Two hosts that write the same plugin in turn meet rarely; one that always loses is told. */
const maxAttempts = 5;

export interface Publication {
  readonly files: StateFiles;
  readonly writer: StateWriter;
  readonly shared: SharedDirectory;
  readonly dir: string;
  readonly maxBytes: number;
  readonly isFenced: boolean;
}

/** Writes a record under the next free number, and answers that number. Rejects when the disk refuses. */
export async function publishRecord(
  of: Publication,
  plugin: string,
  encode: EncodeRecord,
): Promise<E.Either<StateSaveFailed, number>> {
  const { files, dir, writer, shared } = of;
  const own = shared.lastSeqs.get(plugin);
  for (let attempt = 1; attempt <= maxAttempts; attempt++) {
    // What another host wrote meanwhile is seen before the record gets its name; then it is looked at first.
    const newest = own === undefined || attempt > 1 ? newestSeq(files, dir, plugin) : own;
    const fence = of.isFenced ? await fenceOf(of, plugin, newest) : 0;
    const isForeign = own !== undefined && newest > own;
    if (of.isFenced && isForeign && (await readFence(of, plugin, newest)) > fence) {
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
      encode({ seq, fence }),
      // A host that was stopped for a while between two lines wakes up here.
      () => newestSeq(files, dir, plugin) < seq,
    );
    if (isPublished) return E.right(seq);
    // Another writer has used the number, or a higher one: what it wrote is to be seen again.
    if (own !== undefined) shared.lastSeqs.set(plugin, own);
  }
  return E.left(storeFailure.takenOver(plugin, dir));
}

function newestSeq(files: StateFiles, dir: string, plugin: string): number {
  const { seqs, corruptSeqs } = listRecords(files, dir, plugin);
  return Math.max(seqs.at(-1) ?? 0, corruptSeqs.at(-1) ?? 0);
}

async function fenceOf(of: Publication, plugin: string, newest: number): Promise<number> {
  const { fences } = of.shared;
  const fence = fences.get(plugin) ?? (await readFence(of, plugin, newest)) + 1;
  fences.set(plugin, fence);
  return fence;
}

/** Of a record that is damaged or gone: 0, as if nobody had written. */
async function readFence(of: Publication, plugin: string, seq: number): Promise<number> {
  const path = join(of.dir, recordName.record(plugin, seq));
  const start = await of.files
    .read(path, of.maxBytes + recordFormat.maxHeaderBytes)
    .catch(() => undefined);
  if (start === undefined) return 0;
  // Of a host with a larger limit: a record that cannot be checked here has its turn all the same.
  if (start.sizeBytes > start.bytes.length) return recordFormat.peek(start.bytes)?.fence ?? 0;
  const decoded = recordFormat.decode(start.bytes);
  return E.isRight(decoded) ? decoded.right.fence : 0;
}
