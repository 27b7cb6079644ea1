import type { RecordOptions, TraceRecord, TraceSink } from '../model/trace/TraceRecord.js';
import { requireInRange } from '../policies/ranges.js';
import { maxRecordBytesOf, recordLine } from './file/recordLine.js';

const DEFAULT_COUNT = 10_000;
const DEFAULT_BYTES = 4 * 1_024 * 1_024;

/** Options of {@link traceRing}. */
export interface TraceRingOptions extends RecordOptions {
  /** The most records that are kept, besides the header: a whole number from 1. Default 10,000. */
  readonly count?: number;
  /** The most text that is kept, in characters of JSON, from 1,024. Default 4,194,304. */
  readonly bytes?: number;
}

/** The newest records of a run, in memory. */
export interface TraceRing extends TraceSink {
  /** The header of the run, then the newest records, oldest first. When some were dropped, a `gap` stands in their place. */
  records(): readonly TraceRecord[];
}

/**
 * Keeps the newest records in memory, for whoever explains what just happened. When all of a run is still there, it can be replayed; a
 * file is for that. A new run starts over.
 *
 * @param options - See `TraceRingOptions`.
 * @throws RangeError for a number out of range.
 *
 * @example
 * ```ts
 * const ring = traceRing({ count: 100 });
 * const events$ = hotReload({ source$: EMPTY, target: recordingTarget(), trace: ring });
 * await lastValueFrom(events$, { defaultValue: undefined });
 *
 * ring.records().map(({ k }) => k); // => ['header', 'start', 'in', 'stop']
 * ```
 */
export function traceRing(options: TraceRingOptions = {}): TraceRing {
  const { count = DEFAULT_COUNT, bytes = DEFAULT_BYTES } = options;
  requireInRange('traceRing', { least: 1, isWhole: true }, { count });
  requireInRange('traceRing', { least: 1_024 }, { bytes });
  const maxRecordBytes = maxRecordBytesOf('traceRing', options);
  // As text: a record may hold values of a plugin, which would live as long, and be changed meanwhile.
  let header: string | undefined;
  let lines: string[] = [];
  /** Where the oldest line is: the array is cut when half of it is gone, since `shift` moves all others. */
  let from = 0;
  let size = 0;
  let droppedCount = 0;

  const dropOldest = (): void => {
    size -= lines[from]?.length ?? 0;
    from += 1;
    droppedCount += 1;
    if (from * 2 < lines.length) return;
    lines = lines.slice(from);
    from = 0;
  };

  return {
    recording: options,
    next: (record) => {
      const line = recordLine(record, maxRecordBytes);
      if (record.k === 'header') {
        header = line;
        lines = [];
        from = size = droppedCount = 0;
        return;
      }
      lines.push(line);
      size += line.length;
      while (lines.length - from > count || size > bytes) dropOldest();
    },
    error: () => undefined,
    complete: () => undefined,
    records: () => {
      const gap = droppedCount > 0 ? [JSON.stringify({ k: 'gap', count: droppedCount })] : [];
      const all = header === undefined ? [] : [header, ...gap, ...lines.slice(from)];
      // Written by this function itself.
      return all.map((line) => JSON.parse(line) as TraceRecord);
    },
  };
}
