import { createHash } from 'node:crypto';

/** More text than this waits for a slow disk only when the disk has stopped: what comes then is a gap. In bytes. */
const MAX_QUEUED_BYTES = 8 * 1_024 * 1_024;

/** An open file. */
export interface TraceHandle {
  /** Writes all of it at a position. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** The same, before it returns: the process is about to end. */
  writeNow(bytes: Uint8Array, position: number): void;
  /** Cuts off what is behind a position: the rest of a write that failed. */
  cut(position: number): void;
  close(): void;
}

/** Lines that are one write. */
interface Batch {
  readonly bytes: Uint8Array;
  /** The header and the gap are lines too. */
  readonly lineCount: number;
  readonly eventCount: number;
  /** Lines that were given: lost when the write fails. */
  readonly givenCount: number;
  /** Lines that were lost before them, as the gap says: lost again when the write fails. */
  readonly lostBefore: number;
}

/**
 * Writes lines to one file after another without holding up whoever gives them.
 *
 * - *Queued*: lines wait for the write before them. All that wait are one write.
 * - *Writing*: a write is under way. Its position is known, so that it can be written once more when the process ends meanwhile.
 *
 * A write that fails loses its lines, and the place in the file is used again. How many were lost is written as a `gap` as soon as the disk
 * takes lines again: before the end too, so that a file with an end has everything or a gap. A file that cannot be opened is tried again
 * with the next lines.
 */
export class TraceWriter {
  /** Undefined when the next file could not be opened, and at the end. */
  #handle: TraceHandle | undefined;
  #queued: string[] = [];
  #queuedBytes = 0;
  #writing: Batch | undefined;
  /** 0: the file has no header yet. */
  #position = 0;
  /** Lines that no gap stands for yet. */
  #lostCount = 0;
  #isEnding = false;
  #isClosed = false;
  /** Over the lines of this file. */
  #hash = createHash('sha256');
  #recordCount = 0;
  #eventCount = 0;
  #waiting: (() => void)[] = [];
  /** Number of the file that is open, from 1. */
  #part = 0;
  #isScheduled = false;

  constructor(
    private readonly ports: {
      /** Opens the file, empty; what was in it is kept elsewhere. */
      readonly open: () => TraceHandle;
      /** Calls back in a later turn of the loop. */
      readonly later: (work: () => void) => void;
      /** The largest file. */
      readonly maxBytes: number;
      /** The first line of a file, from 1. */
      readonly header: (part: number) => string;
      readonly onLost: (error: unknown) => void;
    },
  ) {}

  /** Opens the first file. Throws when it cannot be opened. */
  start(): void {
    this.#open();
    this.#schedule();
  }

  add(line: string): void {
    if (this.#isClosed) return;
    if (this.#queuedBytes > MAX_QUEUED_BYTES) {
      this.#lost(1, new Error('the disk takes nothing'));
      return;
    }
    this.#queued.push(line);
    this.#queuedBytes += line.length;
    this.#schedule();
  }

  /** The run is over: what waits is written, then the end. */
  end(): void {
    this.#isEnding = true;
    this.#schedule();
  }

  /** Resolves when nothing waits to be written. */
  flushed(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#isIdle) resolve();
      else this.#waiting.push(resolve);
    });
  }

  /** The process is about to end: writes what is left. */
  endNow(): void {
    const handle = this.#handle;
    try {
      if (handle !== undefined && this.#writing !== undefined) {
        handle.writeNow(this.#writing.bytes, this.#position);
        this.#written(this.#writing);
      }
      const rest = this.#takeQueued(true);
      if (handle !== undefined && rest !== undefined) {
        const batch = this.#withHeader(rest);
        handle.writeNow(batch.bytes, this.#position);
        this.#written(batch);
      }
      if (this.#isEnding) handle?.writeNow(this.#endLine(), this.#position);
    } catch {
      // Nothing can be told any more.
    }
    this.#close();
  }

  get #isIdle(): boolean {
    const isEnded = !this.#isEnding || this.#isClosed;
    return this.#queued.length === 0 && this.#writing === undefined && isEnded;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#writing !== undefined || this.#isClosed) return;
    this.#isScheduled = true;
    this.ports.later(() => {
      this.#isScheduled = false;
      void this.#writeQueued();
    });
  }

  async #writeQueued(): Promise<void> {
    const next = this.#isClosed ? undefined : this.#takeQueued(this.#isEnding);
    if (next === undefined) this.#finish();
    else {
      await this.#write(next);
      if (this.#queued.length > 0 || this.#isEnding) this.#schedule();
    }
    if (this.#isIdle) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  async #write(next: Batch): Promise<void> {
    try {
      const handle = this.#handleFor(next.bytes.length);
      const batch = this.#withHeader(next);
      this.#writing = batch;
      await handle.write(batch.bytes, this.#position);
      if (this.#writing === batch) this.#written(batch);
    } catch (error) {
      if (this.#isClosed) return; // the process ends, and has written it meanwhile
      this.#writing = undefined;
      this.#lost(next.givenCount + next.lostBefore, error);
      this.#handle?.cut(this.#position);
      // The gap was the last line to write. Without it there is no end: the file would seem to have everything.
      if (this.#isEnding && next.givenCount === 0) this.#close();
    }
  }

  /** What waits. At last also a gap or a header without lines behind it. */
  #takeQueued(isLast: boolean): Batch | undefined {
    const lines = this.#queued;
    const lostBefore = this.#lostCount;
    if (lines.length === 0 && !(isLast && (lostBefore > 0 || this.#position === 0)))
      return undefined;
    this.#queued = [];
    this.#queuedBytes = 0;
    this.#lostCount = 0;
    const givenCount = lines.length;
    if (lostBefore > 0) lines.unshift(JSON.stringify({ k: 'gap', count: lostBefore }));
    const eventCount = lines.filter((line) => line.startsWith('{"k":"ev"')).length;
    const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(''));
    return { bytes, lineCount: lines.length, eventCount, givenCount, lostBefore };
  }

  /** A file begins with its header, in the same write as its first lines: there is none without. */
  #withHeader(batch: Batch): Batch {
    if (this.#position > 0) return batch;
    const header = Buffer.from(`${this.ports.header(this.#part)}\n`);
    const bytes = Buffer.concat([header, batch.bytes]);
    return { ...batch, bytes, lineCount: batch.lineCount + 1 };
  }

  #written({ bytes, lineCount, eventCount }: Batch): void {
    this.#writing = undefined;
    this.#position += bytes.length;
    this.#hash.update(bytes);
    this.#recordCount += lineCount;
    this.#eventCount += eventCount;
  }

  #lost(count: number, error: unknown): void {
    this.#lostCount += count;
    this.ports.onLost(error);
  }

  /** The file that takes this much more: the one that is open, or the next one. */
  #handleFor(addedBytes: number): TraceHandle {
    const handle = this.#handle;
    if (handle === undefined) return this.#open();
    const isNew = this.#position === 0;
    if (isNew || this.#position + addedBytes <= this.ports.maxBytes) return handle;
    handle.writeNow(this.#endLine(), this.#position);
    this.#handle = undefined;
    handle.close();
    return this.#open();
  }

  #open(): TraceHandle {
    const handle = this.ports.open();
    this.#handle = handle;
    this.#part += 1;
    this.#position = this.#recordCount = this.#eventCount = 0;
    this.#hash = createHash('sha256');
    return handle;
  }

  /** Nothing waits: the end, when the run is over. */
  #finish(): void {
    if (!this.#isEnding || this.#isClosed) return;
    try {
      this.#handle?.writeNow(this.#endLine(), this.#position);
    } catch (error) {
      this.ports.onLost(error);
    }
    this.#close();
  }

  #endLine(): Uint8Array {
    const counts = { records: this.#recordCount, events: this.#eventCount };
    const sha256 = this.#hash.copy().digest('hex');
    return Buffer.from(`${JSON.stringify({ k: 'end', ...counts, sha256 })}\n`);
  }

  #close(): void {
    const handle = this.#handle;
    this.#isClosed = true;
    this.#handle = undefined;
    try {
      handle?.close();
    } catch (error) {
      this.ports.onLost(error);
    }
  }
}
