import { Buffer } from 'node:buffer';
import type { RecordOptions, TraceRecord, TraceSink } from '../model/trace/TraceRecord.js';
import { requireInRange } from '../policies/ranges.js';
import { maxRecordBytesOf, recordLine } from './file/recordLine.js';

const DEFAULT_COUNT = 10_000;
const DEFAULT_BYTES = 4 * 1_024 * 1_024;
/** What a ring takes first; it doubles. */
const FIRST_BYTES = 16_384;

/** Options of {@link traceRing}. */
export interface TraceRingOptions extends RecordOptions {
  /** The most records that are kept, besides the header: a whole number from 1. Default 10,000. */
  readonly count?: number;
  /** The most text that is kept, in bytes of JSON as UTF-8, from 1,024. Default 4,194,304. Memory is taken as records come. */
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
  let header: string | undefined;
  let lines = new LineRing(count, bytes);

  return {
    recording: options,
    next: (record) => {
      const line = recordLine(record, maxRecordBytes);
      if (record.k === 'header') {
        header = line;
        lines = new LineRing(count, bytes);
      } else lines.push(line);
    },
    error: () => undefined,
    complete: () => undefined,
    records: () => {
      const { droppedCount } = lines;
      const gap = droppedCount > 0 ? [JSON.stringify({ k: 'gap', count: droppedCount })] : [];
      const all = header === undefined ? [] : [header, ...gap, ...lines.all()];
      // Written by this function itself.
      return all.map((line) => JSON.parse(line) as TraceRecord);
    },
  };
}

/**
 * The newest lines, as bytes in one circle. As text, since a record may hold values of a plugin, which would live as long and be changed
 * meanwhile; as bytes, since thousands of strings that live a while and then die are what a garbage collector finds hardest: they were half
 * of what a ring cost.
 */
class LineRing {
  droppedCount = 0;
  #bytes: Buffer = Buffer.allocUnsafe(0);
  /** Where the oldest line begins in the circle. */
  #start = 0;
  #size = 0;
  /** Sizes of the lines, the oldest at `#from`: the array is cut when half of it is gone, since `shift` moves all others. */
  #sizes: number[] = [];
  #from = 0;

  constructor(
    private readonly maxCount: number,
    private readonly maxBytes: number,
  ) {}

  push(line: string): void {
    const size = Buffer.byteLength(line);
    if (size > this.maxBytes) {
      this.droppedCount += 1 + this.#count;
      this.#sizes = [];
      this.#start = this.#from = this.#size = 0;
      return;
    }
    while (this.#count >= this.maxCount || this.#size + size > this.maxBytes) this.#dropOldest();
    if (this.#size + size > this.#bytes.length) this.#grow(this.#size + size);
    const end = (this.#start + this.#size) % this.#bytes.length;
    if (end + size <= this.#bytes.length) this.#bytes.write(line, end);
    else {
      const encoded = Buffer.from(line);
      const fitting = this.#bytes.length - end;
      encoded.copy(this.#bytes, end, 0, fitting);
      encoded.copy(this.#bytes, 0, fitting);
    }
    this.#sizes.push(size);
    this.#size += size;
  }

  /** Oldest first. */
  all(): readonly string[] {
    const inOrder = this.#unrolled(this.#size);
    let at = 0;
    return this.#sizes.slice(this.#from).map((size) => {
      at += size;
      return inOrder.toString('utf8', at - size, at);
    });
  }

  get #count(): number {
    return this.#sizes.length - this.#from;
  }

  #dropOldest(): void {
    const size = this.#sizes[this.#from] ?? 0;
    this.#start = (this.#start + size) % this.#bytes.length;
    this.#size -= size;
    this.#from += 1;
    this.droppedCount += 1;
    if (this.#from * 2 < this.#sizes.length) return;
    this.#sizes = this.#sizes.slice(this.#from);
    this.#from = 0;
  }

  #grow(leastBytes: number): void {
    const doubled = Math.max(leastBytes, 2 * this.#bytes.length, FIRST_BYTES);
    this.#bytes = this.#unrolled(Math.min(doubled, this.maxBytes));
    this.#start = 0;
  }

  /** A copy that begins with the oldest line. */
  #unrolled(byteCount: number): Buffer {
    const copy = Buffer.allocUnsafe(byteCount);
    const fitting = Math.min(this.#size, this.#bytes.length - this.#start);
    this.#bytes.copy(copy, 0, this.#start, this.#start + fitting);
    this.#bytes.copy(copy, fitting, 0, this.#size - fitting);
    return copy;
  }
}
