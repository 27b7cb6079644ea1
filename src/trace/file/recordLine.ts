import { Buffer } from 'node:buffer';
import type { RecordOptions, TraceRecord } from '../../model/trace/TraceRecord.js';
import { requireInRange } from '../../policies/ranges.js';

const DEFAULT_MAX_RECORD_BYTES = 65_536;

/** The limit of a record's size that options give. */
export function maxRecordBytesOf(
  owner: string,
  { maxRecordBytes = DEFAULT_MAX_RECORD_BYTES }: RecordOptions,
): number {
  requireInRange(owner, { least: 1_024 }, { maxRecordBytes });
  return maxRecordBytes;
}

/** A record as one line of JSON. One that is too long is left out as a gap: what it had cannot be replayed. */
export function recordLine(record: TraceRecord, maxRecordBytes: number): string {
  const line = JSON.stringify(record);
  // No character has more than three bytes of UTF-8, so most lines are not measured.
  const isShort =
    record.k === 'header' ||
    line.length * 3 <= maxRecordBytes ||
    Buffer.byteLength(line) <= maxRecordBytes;
  if (isShort) return line;
  const { d } = record;
  return JSON.stringify({ k: 'gap', ...(d !== undefined && { d }), count: 1 });
}
