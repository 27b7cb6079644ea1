import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { StateRecord } from '../../model/reload/StateStore.js';
import { isGone } from '../disk/ioReason.js';
import { recordFormat } from './recordFormat.js';
import { recordName } from './recordName.js';
import type { StateFiles } from '../disk/StateFiles.js';

/** A record that cannot be used. `path` is where it is kept, byte for byte. */
export interface CorruptRecord {
  readonly path: string;
  readonly reason: string;
}

/** What came of reading one record. */
export type RecordReading =
  | { readonly _tag: 'whole'; readonly record: StateRecord }
  | { readonly _tag: 'damaged'; readonly corrupt: CorruptRecord }
  /** The writer has dropped it since the directory was looked at. */
  | { readonly _tag: 'gone' }
  /** For this store: one of another limit saved it, and it cannot be checked here. */
  | { readonly _tag: 'tooLarge'; readonly path: string; readonly stateBytes: number };

/**
 * Reads one record. One that is damaged is renamed aside, out of the way of the next load, unless another host has the
 * directory.
 */
export async function readRecord(
  files: StateFiles,
  at: { readonly dir: string; readonly plugin: string; readonly seq: number },
  maxBytes: number,
  mayRename: () => Promise<boolean>,
): Promise<RecordReading> {
  const { dir, plugin, seq } = at;
  const path = join(dir, recordName.record(plugin, seq));
  const damaged = async (reason: string): Promise<RecordReading> => ({
    _tag: 'damaged',
    corrupt: await keepAside(files, at, { path, reason }, mayRename),
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
      : damaged(`has ${sizeBytes} bytes, and no header that says so`);
  }

  const decoded = recordFormat.decode(bytes);
  if (E.isLeft(decoded)) return damaged(decoded.left);
  const { record } = decoded.right;
  return record.plugin === plugin && record.seq === seq
    ? { _tag: 'whole', record }
    : damaged(`is record ${record.seq} of ${record.plugin}`);
}

async function keepAside(
  files: StateFiles,
  { dir, plugin, seq }: { readonly dir: string; readonly plugin: string; readonly seq: number },
  { path, reason }: CorruptRecord,
  mayRename: () => Promise<boolean>,
): Promise<CorruptRecord> {
  const aside = join(dir, recordName.corrupt(plugin, seq));
  try {
    if (!(await mayRename())) return { path, reason };
    files.rename(path, aside);
  } catch {
    return { path, reason }; // on a disk that is read-only it stays, and is skipped each time
  }
  try {
    // Where power fails now, a disk without a journal might lose both names, and nobody would know that there was a state.
    await files.syncDirectory(dir);
  } catch {
    // It is aside, and told; the next start will find one name or the other.
  }
  return { path: aside, reason };
}
