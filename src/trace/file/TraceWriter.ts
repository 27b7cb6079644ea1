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
  readonly lineCount: number;
  readonly eventCount: number;
}

/**
 * Writes lines to one file after another without holding up whoever gives them.
 *
 * - *Queued*: lines wait for the write before them. All that wait are one write.
 * - *Writing*: a write is under way. Its position is known, so that it can be written once more when the process ends meanwhile.
 *
 * A write that fails loses its lines, and the place in the file is used again. How many were lost is written as a `gap` as soon as the disk
 * takes lines again.
 */
export class TraceWriter {
  #handle: TraceHandle | undefined;
  #queued: string[] = [];
  #queuedBytes = 0;
  #writing: Batch | undefined;
  #position = 0;
  #lostCount = 0;
  #isEnding = false;
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

  /** Opens the first file. Throws when it cannot be written. */
  start(): void {
    this.#openNext();
    this.#schedule();
  }

  add(line: string): void {
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
    if (handle === undefined) return;
    try {
      if (this.#writing !== undefined) {
        handle.writeNow(this.#writing.bytes, this.#position);
        this.#written(this.#writing);
      }
      const rest = this.#takeQueued();
      if (rest !== undefined) {
        handle.writeNow(rest.bytes, this.#position);
        this.#written(rest);
      }
      if (this.#isEnding) handle.writeNow(this.#endLine(), this.#position);
    } catch {
      // Nothing can be told any more.
    }
    this.#close();
  }

  get #isIdle(): boolean {
    const isEnded = !this.#isEnding || this.#handle === undefined;
    return this.#queued.length === 0 && this.#writing === undefined && isEnded;
  }

  #schedule(): void {
    if (this.#isScheduled || this.#writing !== undefined || this.#handle === undefined) return;
    this.#isScheduled = true;
    this.ports.later(() => {
      this.#isScheduled = false;
      void this.#writeQueued();
    });
  }

  async #writeQueued(): Promise<void> {
    const next = this.#handle === undefined ? undefined : this.#takeQueued();
    if (next === undefined) this.#finish();
    else {
      try {
        this.#rotateFor(next.bytes.length);
        this.#writing = next; // after a new file was opened, whose header is a write of its own
        await this.#handle?.write(next.bytes, this.#position);
        if (this.#writing === next) this.#written(next);
      } catch (error) {
        this.#writing = undefined;
        this.#lost(next.lineCount, error);
        this.#handle?.cut(this.#position);
      }
      if (this.#queued.length > 0 || this.#isEnding) this.#schedule();
    }
    if (this.#isIdle) for (const resolve of this.#waiting.splice(0)) resolve();
  }

  #takeQueued(): Batch | undefined {
    const lines = this.#queued;
    if (lines.length === 0) return undefined;
    if (this.#lostCount > 0) lines.unshift(JSON.stringify({ k: 'gap', count: this.#lostCount }));
    this.#lostCount = 0;
    this.#queued = [];
    this.#queuedBytes = 0;
    return batchOf(lines);
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

  #rotateFor(addedBytes: number): void {
    if (this.#part === 0 || this.#position + addedBytes <= this.ports.maxBytes) return;
    // A file that only has its header takes any write: the next one would not be larger.
    if (this.#recordCount <= 1) return;
    this.#handle?.writeNow(this.#endLine(), this.#position);
    this.#close();
    this.#openNext();
  }

  #openNext(): void {
    this.#handle = this.ports.open();
    this.#part += 1;
    this.#position = this.#recordCount = this.#eventCount = 0;
    this.#hash = createHash('sha256');
    const header = batchOf([this.ports.header(this.#part)]);
    this.#handle.writeNow(header.bytes, 0);
    this.#written(header);
  }

  /** Nothing waits: the end, when the run is over. */
  #finish(): void {
    if (!this.#isEnding || this.#handle === undefined) return;
    try {
      this.#handle.writeNow(this.#endLine(), this.#position);
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
    this.#handle?.close();
    this.#handle = undefined;
  }
}

function batchOf(lines: readonly string[]): Batch {
  const eventCount = lines.filter((line) => line.startsWith('{"k":"ev"')).length;
  return { bytes: Buffer.from(`${lines.join('\n')}\n`), lineCount: lines.length, eventCount };
}
