import type { Look } from './Look.js';

/** What the snapshot remembers of a file. */
export interface Entry
  extends Pick<Look, 'dev' | 'ino' | 'birthMs' | 'mtimeMs' | 'ctimeMs' | 'sizeBytes'> {
  /** Digest of the content; NaN until the file was read. */
  readonly digest: number;
}

/** Numbers per file: the fields of `Entry`. */
const columnCount = 7;
/** Files per block. Growth adds a block, and copies nothing. */
const blockSlots = 2048;

/** Files as rows of numbers, 56 bytes each: objects would take several times as much, for a hundred thousand files. */
export class Snapshot {
  readonly #blocks: Float64Array[] = [];
  /** Slots that were removed, to be used again. */
  readonly #free: number[] = [];
  /** The first slot that was never used. */
  #used = 0;

  /** Returns the slot of the new file. */
  add(look: Omit<Entry, 'digest'>, digest: number): number {
    const slot = this.#free.pop() ?? this.#used++;
    if (slot >= this.#blocks.length * blockSlots) {
      this.#blocks.push(new Float64Array(blockSlots * columnCount));
    }
    this.write(slot, look, digest);
    return slot;
  }

  write(slot: number, look: Omit<Entry, 'digest'>, digest: number): void {
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
    };
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
