import type { Look } from './Look.js';

/** What is remembered of a file. `digest` is NaN until its content was read. */
export interface Entry
  extends Pick<Look, 'dev' | 'ino' | 'birthMs' | 'mtimeMs' | 'ctimeMs' | 'sizeBytes'> {
  readonly digest: number;
}

const columnCount = 7;
/** Slots in one block; a block that is full is never copied. */
const blockSlots = 2048;

/** Files as rows of numbers, 56 bytes each: a hundred thousand objects would weigh several times that. */
export class Snapshot {
  readonly #blocks: Float64Array[] = [];
  readonly #free: number[] = [];
  #used = 0;

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

  /** Whether a look shows exactly what is remembered; builds no object, because a rescan asks it for every file. */
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
