import { hash } from 'node:crypto';
import { SUM_LENGTH } from './recordFormat.js';

// A pack is one file that is written once: a head with the environment that its modules were compiled in, records, and behind them an index
// with the key, the place and the SHA-256 of each. The end has the place of the index and the SHA-256 of head, index and end. So what was cut
// off, or changed in any bit, is seen: in the head, the index or the end when the pack is opened, in a record when it is read.

const MAGIC = 'hotpipe compiled 1\n';
const ENTRY_LENGTH = 2 * SUM_LENGTH + 10;
const END_LENGTH = 10 + SUM_LENGTH;
/** What a pack takes beside its records and what they take. */
export const PACK_EXTRA_LENGTH = MAGIC.length + SUM_LENGTH + END_LENGTH;
export const PACK_HEAD_LENGTH = MAGIC.length + SUM_LENGTH;
/** What a record takes beside its own bytes. */
export const RECORD_EXTRA_LENGTH = ENTRY_LENGTH;

/** Where a record is in its pack. */
export interface RecordPlace {
  readonly offset: number;
  readonly length: number;
  /** SHA-256 of the record, in hex. */
  readonly sum: string;
}

/** @param environment - SHA-256 in hex: see `environmentOf`. */
export function packHead(environment: string): Buffer {
  return Buffer.concat([Buffer.from(MAGIC), Buffer.from(environment, 'hex')]);
}

/** Index and end of a pack whose records end at `offset`. */
export function packTail(
  environment: string,
  places: ReadonlyMap<string, RecordPlace>,
  offset: number,
): Buffer {
  const index = Buffer.alloc(places.size * ENTRY_LENGTH + 10);
  let at = 0;
  for (const [key, place] of places) {
    index.write(key, at, 'hex');
    index.write(place.sum, at + SUM_LENGTH, 'hex');
    index.writeUIntLE(place.offset, at + 2 * SUM_LENGTH, 6);
    index.writeUInt32LE(place.length, at + 2 * SUM_LENGTH + 6);
    at += ENTRY_LENGTH;
  }
  index.writeUIntLE(offset, at, 6);
  index.writeUInt32LE(places.size, at + 6);
  const sum = hash('sha256', Buffer.concat([packHead(environment), index]));
  return Buffer.concat([index, Buffer.from(sum, 'hex')]);
}

/** The places of a pack's records, by key. Undefined when it is not whole, was changed, or is of another environment. */
export function readIndex(
  environment: string,
  sizeBytes: number,
  read: (offset: number, length: number) => Buffer,
): ReadonlyMap<string, RecordPlace> | undefined {
  if (sizeBytes < PACK_HEAD_LENGTH + END_LENGTH) return undefined;
  const head = read(0, PACK_HEAD_LENGTH);
  if (!head.equals(packHead(environment))) return undefined;
  const end = read(sizeBytes - END_LENGTH, END_LENGTH);
  const indexOffset = end.readUIntLE(0, 6);
  const count = end.readUInt32LE(6);
  const indexLength = count * ENTRY_LENGTH;
  const isWhole =
    indexOffset >= PACK_HEAD_LENGTH && indexOffset + indexLength + END_LENGTH === sizeBytes;
  if (!isWhole) return undefined;
  const index = read(indexOffset, indexLength + 10);
  const sum = hash('sha256', Buffer.concat([head, index]));
  if (sum !== end.toString('hex', 10)) return undefined;
  const places = new Map<string, RecordPlace>();
  for (let at = 0; at < indexLength; at += ENTRY_LENGTH) {
    const rest = at + 2 * SUM_LENGTH;
    const offset = index.readUIntLE(rest, 6);
    const length = index.readUInt32LE(rest + 6);
    if (offset + length > indexOffset) return undefined;
    const sum = index.toString('hex', at + SUM_LENGTH, rest);
    places.set(index.toString('hex', at, at + SUM_LENGTH), { offset, length, sum });
  }
  return places;
}
