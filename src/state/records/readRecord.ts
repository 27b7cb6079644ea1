import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { StateRecord } from '../../model/reload/StateStore.js';
import { isGone } from '../disk/ioReason.js';
import type { StateFiles } from '../disk/StateFiles.js';
import { recordFormat } from './recordFormat.js';
import { recordName } from './recordName.js';

/** A record that cannot be used. */
export interface CorruptRecord {
  /** Path of the damaged record, which is kept byte for byte. */
  readonly path: string;
  /** What is wrong with it; completes a sentence that starts with the path. */
  readonly reason: string;
}

/** The result of reading one record. */
export type RecordReading =
  | { readonly _tag: 'valid'; readonly record: StateRecord }
  | { readonly _tag: 'damaged'; readonly corrupt: CorruptRecord }
  /** The record was removed by its writer after the directory was listed. */
  | { readonly _tag: 'gone' }
  /** A store with a higher limit saved it. This store cannot read the whole record, so it cannot check it either. */
  | { readonly _tag: 'tooLarge'; readonly path: string; readonly stateBytes: number };

/** Where a record is read from. */
export interface RecordPlace {
  readonly files: StateFiles;
  readonly dir: string;
  /** Size of the largest state that is read. */
  readonly maxBytes: number;
  /** Whether this process may rename a damaged record: not while another host has the directory. */
  readonly mayRename: () => Promise<boolean>;
}

/** Reads one record. A damaged one is renamed (set aside), so that the next load does not read it again. */
export async function readRecord(
  place: RecordPlace,
  plugin: string,
  seq: number,
): Promise<RecordReading> {
  const { files, dir, maxBytes } = place;
  const path = join(dir, recordName.record(plugin, seq));
  const damaged = async (reason: string): Promise<RecordReading> => ({
    _tag: 'damaged',
    corrupt: await setAside(place, plugin, seq, { path, reason }),
  });
  const start = await files
    .read(path, maxBytes + recordFormat.maxHeaderBytes)
    .catch((error: unknown): 'gone' => {
      if (isGone(error)) return 'gone';
      throw error;
    });
  if (start === 'gone') return { _tag: 'gone' };
  if (start === undefined) return damaged('is no regular file');
  const { bytes, sizeBytes } = start;
  if (sizeBytes > bytes.length) {
    const outline = recordFormat.peek(bytes);
    return outline?.sizeBytes === sizeBytes
      ? { _tag: 'tooLarge', path, stateBytes: outline.stateBytes }
      : damaged(`is ${sizeBytes} bytes, but has no header that says so`);
  }

  const decoded = recordFormat.decode(bytes);
  if (E.isLeft(decoded)) return damaged(decoded.left);
  const { record } = decoded.right;
  return record.plugin === plugin && record.seq === seq
    ? { _tag: 'valid', record }
    : damaged(`is record ${record.seq} of ${record.plugin}`);
}

async function setAside(
  { files, dir, mayRename }: RecordPlace,
  plugin: string,
  seq: number,
  { path, reason }: CorruptRecord,
): Promise<CorruptRecord> {
  const aside = join(dir, recordName.corrupt(plugin, seq));
  try {
    if (!(await mayRename())) return { path, reason };
    files.rename(path, aside);
  } catch {
    return { path, reason }; // on a read-only disk it stays, and each load skips it
  }
  try {
    // A loss of power before this flush could lose both names on a disk without a journal: the next load would say that
    // there never was a state.
    await files.syncDirectory(dir);
  } catch {
    // The record is set aside and reported. After a loss of power the next start finds one of the two names.
  }
  return { path: aside, reason };
}
