import type { Look } from './Look.js';

/** What is remembered of a file. `digest` is NaN until its content was read. */
export interface Entry
  extends Pick<Look, 'dev' | 'ino' | 'birthMs' | 'mtimeMs' | 'ctimeMs' | 'sizeBytes'> {
  readonly digest: number;
}

const columnCount = 7;

/** Files in columns of numbers, 56 bytes each: a hundred thousand objects would weigh five times that. */
export class Snapshot {
  #cells = new Float64Array(columnCount * 64);
  #free: number[] = [];
  #used = 0;

  get size(): number {
    return this.#used - this.#free.length;
  }

  add(entry: Entry): number {
    const slot = this.#free.pop() ?? this.#used++;
    if ((slot + 1) * columnCount > this.#cells.length) {
      const wider = new Float64Array(
        Math.ceil(this.#cells.length / columnCount / 2) * 3 * columnCount,
      );
      wider.set(this.#cells);
      this.#cells = wider;
    }
    this.write(slot, entry);
    return slot;
  }

  write(slot: number, entry: Entry): void {
    const at = slot * columnCount;
    this.#cells[at] = entry.dev;
    this.#cells[at + 1] = entry.ino;
    this.#cells[at + 2] = entry.birthMs;
    this.#cells[at + 3] = entry.mtimeMs;
    this.#cells[at + 4] = entry.ctimeMs;
    this.#cells[at + 5] = entry.sizeBytes;
    this.#cells[at + 6] = entry.digest;
  }

  read(slot: number): Entry {
    const cell = (column: number) => this.#cells[slot * columnCount + column] ?? Number.NaN;
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

  /** Whether a look shows exactly what is remembered; without building an object. */
  isSame(slot: number, look: Look): boolean {
    const at = slot * columnCount;
    const cells = this.#cells;
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
}
