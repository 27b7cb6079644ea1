import { createHash } from 'node:crypto';
import * as t from 'io-ts';
import type { Trace, TraceRecord } from '../../model/trace/TraceRecord.js';

/** What the last record of a trace has: the counts, and the hash of all lines before it. */
export const EndFields = t.type({ records: t.number, events: t.number, sha256: t.string });

/** What is wrong with the end of a trace; undefined when it fits everything before. */
export function sealProblem(
  end: TraceRecord,
  before: { readonly sha256: string; readonly records: number; readonly events: number },
): string | undefined {
  if (!EndFields.is(end)) return 'its end cannot be read';
  if (end.records !== before.records || end.events !== before.events) {
    return `it has ${before.records} records with ${before.events} events, and its end counts ${end.records} with ${end.events}`;
  }
  return end.sha256 === before.sha256
    ? undefined
    : 'it is not what was written: the hash of its end differs';
}

/** The same for a trace in memory: JSON writes it as it was written. */
export function sealProblemOf({ header, records }: Trace): string | undefined {
  const end = records.at(-1);
  if (end?.k !== 'end') return 'it has no end';
  const hash = createHash('sha256');
  const before = [header, ...records.slice(0, -1)];
  for (const record of before) hash.update(`${JSON.stringify(record)}\n`);
  const events = before.filter(({ k }) => k === 'ev').length;
  return sealProblem(end, { sha256: hash.digest('hex'), records: before.length, events });
}

/** A trace whose end fits its records: for one that was made of another. */
export function sealed(header: TraceRecord, records: readonly TraceRecord[]): Trace {
  const hash = createHash('sha256');
  for (const record of [header, ...records]) hash.update(`${JSON.stringify(record)}\n`);
  const events = records.filter(({ k }) => k === 'ev').length;
  const end = { k: 'end', records: records.length + 1, events, sha256: hash.digest('hex') };
  return { header, records: [...records, end], isComplete: true };
}
