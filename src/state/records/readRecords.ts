import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { none, type Option, some } from 'fp-ts/lib/Option.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { StateRecord } from '../../model/reload/StateStore.js';
import { listRecords, type RecordList } from './listRecords.js';
import {
  type CorruptRecord,
  type RecordPlace,
  type RecordReading,
  readRecord,
} from './readRecord.js';
import { recordName } from './recordName.js';
import { storeFailure } from './storeFailure.js';

/**
 * A writer removes a record only after it has saved `generations` newer ones, so a second listing is nearly always
 * enough.
 */
const MAX_LISTINGS = 10;

export interface RecordReader extends RecordPlace {
  /** Called with each damaged record. */
  readonly onCorrupt: ((info: CorruptRecord) => void) | undefined;
}

/** `relist`: a listed record is gone, because another process has saved newer ones meanwhile. */
type ReadOnce<A> = E.Either<ReloadError, A> | 'relist';

/** The newest valid record of a plugin. None when there are no records; Left when none of them is valid. */
export function readNewest(
  reader: RecordReader,
  plugin: string,
): Promise<E.Either<ReloadError, Option<StateRecord>>> {
  return relisting(reader, plugin, async ({ seqs, corruptSeqs }) => {
    let newestDamaged: CorruptRecord | undefined;
    for (const seq of [...seqs].reverse()) {
      const reading = await read(reader, plugin, seq);
      // Does not fall back to an older record, even if one is still there: its state is older than the acknowledged
      // state.
      if (reading._tag === 'gone') return 'relist';
      if (reading._tag === 'valid') return E.right(some(reading.record));
      if (reading._tag === 'tooLarge') return E.left(tooLarge(reader, plugin, reading));
      newestDamaged ??= reading.corrupt;
    }
    const aside = corruptSeqs.at(-1);
    if (newestDamaged === undefined && aside === undefined) return E.right(none);
    return E.left(
      storeFailure.noneValid(
        plugin,
        newestDamaged ?? {
          path: join(reader.dir, recordName.corrupt(plugin, aside ?? 0)),
          reason: 'was found damaged before',
        },
      ),
    );
  });
}

/** The valid records of a plugin, oldest first. */
export function readHistory(
  reader: RecordReader,
  plugin: string,
): Promise<E.Either<ReloadError, readonly StateRecord[]>> {
  return relisting(reader, plugin, async ({ seqs }) => {
    const records: StateRecord[] = [];
    for (const seq of seqs) {
      const reading = await read(reader, plugin, seq);
      if (reading._tag === 'gone' && seq === seqs.at(-1)) return 'relist';
      if (reading._tag === 'tooLarge') return E.left(tooLarge(reader, plugin, reading));
      if (reading._tag === 'valid') records.push(reading.record);
    }
    return E.right(records);
  });
}

async function relisting<A>(
  { files, dir }: RecordReader,
  plugin: string,
  readOnce: (list: RecordList) => Promise<ReadOnce<A>>,
): Promise<E.Either<ReloadError, A>> {
  for (let listings = 0; listings < MAX_LISTINGS; listings++) {
    const result = await readOnce(listRecords(files, dir, plugin));
    if (result !== 'relist') return result;
  }
  return E.left(storeFailure.keptChanging(plugin, dir));
}

async function read(reader: RecordReader, plugin: string, seq: number): Promise<RecordReading> {
  const reading = await readRecord(reader, plugin, seq);
  try {
    if (reading._tag === 'damaged') reader.onCorrupt?.(reading.corrupt);
  } catch {
    // A listener that throws must not cost the plugin its state.
  }
  return reading;
}

function tooLarge(
  { maxBytes }: RecordReader,
  plugin: string,
  { path, stateBytes }: { readonly path: string; readonly stateBytes: number },
): ReloadError {
  return storeFailure.tooLarge(plugin, path, stateBytes, maxBytes);
}
