import type { Look } from './Look.js';

/** What a look at a file found, as far as it is remembered. */
export type Recorded = Pick<Look, 'dev' | 'ino' | 'birthMs' | 'mtimeMs' | 'ctimeMs' | 'sizeBytes'>;

/** What the snapshot remembers of a file. */
export interface Entry extends Recorded {
  /** Digest of the content; NaN until the file was read. */
  readonly digest: number;
  /**
   * Whether the look came within one tick of the disk's clock after the last write. Another write in that tick leaves the same times, and
   * shows in nothing but its hint, however late that comes. Git calls such an entry racy.
   *
   * @source https://git-scm.com/docs/racy-git
   */
  readonly isFresh: boolean;
}

/** Numbers per file: the fields of `Recorded`, and the digest. */
const columnCount = 7;
/** Files per block. Growth adds a block, and copies nothing. */
const blockSlots = 2048;

/** Files as rows of numbers, 57 bytes each: objects would take several times as much, for a hundred thousand files. */
export class Snapshot {
  readonly #blocks: Float64Array[] = [];
  /** Of each slot, whether its look was fresh: 1, or 0. */
  readonly #fresh: Uint8Array[] = [];
  /** Slots that were removed, to be used again. */
  readonly #free: number[] = [];
  /** The first slot that was never used. */
  #used = 0;

  /** Returns the slot of the new file. */
  add(look: Recorded, digest: number, isFresh: boolean): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#blocks.length * blockSlots) {
      this.#blocks.push(new Float64Array(blockSlots * columnCount));
      this.#fresh.push(new Uint8Array(blockSlots));
    }
    this.write(slot, look, digest, isFresh);
    return slot;
  }

  write(slot: number, look: Recorded, digest: number, isFresh: boolean): void {
    const fresh = this.#fresh[Math.floor(slot / blockSlots)];
    if (fresh !== undefined) fresh[slot % blockSlots] = isFresh ? 1 : 0;
    const cells = this.#cells(slot);
    const at = (slot % blockSlots) * columnCount;
    cells[at] = look.dev;
    cells[at + 1] = look.ino;
    cells[at + 2] = look.birthMs;
    cells[at + 3] = look.mtimeMs;
    cells[at + 4] = look.ctimeMs;
    cells[at + 5] = look.sizeBytes;
    cells[at + 6] = digest;
  }

  read(slot: number): Entry {
    const cells = this.#cells(slot);
    const at = (slot % blockSlots) * columnCount;
    const cell = (column: number) => cells[at + column] ?? Number.NaN;
    return {
      dev: cell(0),
      ino: cell(1),
      birthMs: cell(2),
      mtimeMs: cell(3),
      ctimeMs: cell(4),
      sizeBytes: cell(5),
      digest: cell(6),
      isFresh: this.isFresh(slot),
    };
  }

  isFresh(slot: number): boolean {
    return this.#fresh[Math.floor(slot / blockSlots)]?.[slot % blockSlots] === 1;
  }

  /** Whether a look found exactly what is remembered. Creates no object, because a full scan asks it for every file. */
  isSame(slot: number, look: Look): boolean {
    const cells = this.#cells(slot);
    const at = (slot % blockSlots) * columnCount;
    return (
      cells[at + 3] === look.mtimeMs &&
      cells[at + 4] === look.ctimeMs &&
      cells[at + 5] === look.sizeBytes &&
      cells[at + 1] === look.ino &&
      cells[at + 2] === look.birthMs &&
      cells[at] === look.dev
    );
  }

  remove(slot: number): void {
    this.#free.push(slot);
  }

  #cells(slot: number): Float64Array {
    const cells = this.#blocks[Math.floor(slot / blockSlots)];
    if (cells === undefined) throw new RangeError(`Snapshot: no slot ${slot}`);
    return cells;
  }
}
