import { Buffer } from 'node:buffer';
import type { RecordOptions, TraceRecord, TraceSink } from '../model/trace/TraceRecord.js';
import { requireInRange } from '../policies/ranges.js';
import { maxRecordBytesOf, recordLine } from './file/recordLine.js';

const DEFAULT_COUNT = 10_000;
const DEFAULT_BYTES = 4 * 1_024 * 1_024;
/** What a ring takes first; it doubles. */
const FIRST_BYTES = 16_384;
/** Lines that wait for others before they are written as bytes, and characters in them. */
const MAX_WAITING_COUNT = 64;
const MAX_WAITING_LENGTH = 16_384;

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
 * of what a ring cost. Some lines are written at once, since each call of a buffer costs more than its bytes.
 */
class LineRing {
  #droppedCount = 0;
  #bytes: Buffer = Buffer.allocUnsafe(0);
  /** Where the oldest line begins in the circle. */
  #start = 0;
  #size = 0;
  /** Sizes of the lines, the oldest at `#from`: the array is cut when half of it is gone, since `shift` moves all others. */
  #sizes: number[] = [];
  #from = 0;
  /** The newest lines, which are in the circle only when they are written. */
  #waiting: string[] = [];
  #waitingLength = 0;

  constructor(
    private readonly maxCount: number,
    private readonly maxBytes: number,
  ) {}

  push(line: string): void {
    this.#waiting.push(line);
    this.#waitingLength += line.length;
    const isMuch = this.#waitingLength >= MAX_WAITING_LENGTH;
    if (isMuch || this.#waiting.length >= MAX_WAITING_COUNT) this.#writeWaiting();
  }

  /** Lines that were pushed and are not there. */
  get droppedCount(): number {
    this.#writeWaiting();
    return this.#droppedCount;
  }

  /** Oldest first. */
  all(): readonly string[] {
    this.#writeWaiting();
    const inOrder = this.#unrolled(this.#size);
    let at = 0;
    return this.#sizes.slice(this.#from).map((size) => {
      at += size;
      return inOrder.toString('utf8', at - size, at);
    });
  }

  #writeWaiting(): void {
    const lines = this.#waiting;
    if (lines.length === 0) return;
    this.#waiting = [];
    this.#waitingLength = 0;
    const text = lines.join('');
    const size = Buffer.byteLength(text);
    // Where all are of one byte, nothing has to be measured.
    const isAscii = size === text.length;
    const sizes = lines.map((line) => (isAscii ? line.length : Buffer.byteLength(line)));
    if (lines.length <= this.maxCount && size <= this.maxBytes) this.#write(text, sizes, size);
    else for (const [at, line] of lines.entries()) this.#writeLine(line, sizes[at] ?? 0);
  }

  #writeLine(line: string, size: number): void {
    if (size <= this.maxBytes) {
      this.#write(line, [size], size);
      return;
    }
    this.#droppedCount += 1 + this.#count;
    this.#sizes = [];
    this.#start = this.#from = this.#size = 0;
  }

  /** Writes lines that fit together. The oldest ones make room. */
  #write(text: string, sizes: readonly number[], size: number): void {
    const [maxCount, maxSize] = [this.maxCount - sizes.length, this.maxBytes - size];
    while (this.#count > maxCount || this.#size > maxSize) this.#dropOldest();
    if (this.#size + size > this.#bytes.length) this.#grow(this.#size + size);
    const end = (this.#start + this.#size) % this.#bytes.length;
    if (end + size <= this.#bytes.length) this.#bytes.write(text, end);
    else {
      const encoded = Buffer.from(text);
      const fitting = this.#bytes.length - end;
      encoded.copy(this.#bytes, end, 0, fitting);
      encoded.copy(this.#bytes, 0, fitting);
    }
    for (const each of sizes) this.#sizes.push(each);
    this.#size += size;
  }

  get #count(): number {
    return this.#sizes.length - this.#from;
  }

  #dropOldest(): void {
    const size = this.#sizes[this.#from] ?? 0;
    this.#start = (this.#start + size) % this.#bytes.length;
    this.#size -= size;
    this.#from += 1;
    this.#droppedCount += 1;
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
