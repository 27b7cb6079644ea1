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

/**
 * What is known of the file in a slot.
 *
 * - `settled`: all that its look found.
 * - `fresh`: see `Entry.isFresh`.
 * - `named`: nothing but its name, and when it was listed.
 * - `unclear`: what its look found. Whether it was changed between its listing and that look shows in nothing but a hint.
 */
const slotStates = ['settled', 'fresh', 'named', 'unclear'] as const;
export type SlotState = (typeof slotStates)[number];

/** Numbers per file: the fields of `Recorded`, and the digest. */
const columnCount = 7;
/** Files per block. Growth adds a block, and copies nothing. */
const blockSlots = 2048;

/** Files as rows of numbers, 57 bytes each: objects would take several times as much, for a hundred thousand files. */
export class Snapshot {
  readonly #blocks: Float64Array[] = [];
  /** Of each slot, its state, as an index of `slotStates`. */
  readonly #states: Uint8Array[] = [];
  /** Slots that were removed, to be used again. */
  readonly #free: number[] = [];
  /** The first slot that was never used. */
  #used = 0;

  /** Returns the slot of the new file. */
  add(look: Recorded, digest: number, state: SlotState): number {
    const slot = this.#free.pop() ?? this.#used++;
    this.#makeRoom();
    this.write(slot, look, digest, state);
    return slot;
  }

  /** Returns the first of so many slots in a row, for files that are known by name. */
  addNamed(count: number, namedAtMs: number): number {
    const first = this.#used;
    this.#used += count;
    this.#makeRoom();
    for (let slot = first; slot < first + count; slot++) {
      this.#setState(slot, 'named');
      this.#cells(slot)[(slot % blockSlots) * columnCount + 3] = namedAtMs;
    }
    return first;
  }

  write(slot: number, look: Recorded, digest: number, state: SlotState): void {
    this.#setState(slot, state);
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
    const state = this.stateOf(slot);
    const isLookKnown = state !== 'named' && state !== 'unclear';
    const isIdentityKnown = isLookKnown || state === 'unclear';
    return {
      dev: isIdentityKnown ? cell(0) : Number.NaN,
      ino: isIdentityKnown ? cell(1) : Number.NaN,
      birthMs: isIdentityKnown ? cell(2) : Number.NaN,
      mtimeMs: isLookKnown ? cell(3) : Number.NaN,
      ctimeMs: isLookKnown ? cell(4) : Number.NaN,
      sizeBytes: isLookKnown ? cell(5) : Number.NaN,
      digest: isLookKnown ? cell(6) : Number.NaN,
      isFresh: state === 'fresh',
    };
  }

  /** Whether a file may have been changed although a look finds what is remembered: its hint is all that shows. */
  isDoubtful(slot: number, isHinted: boolean, areHintsLost: boolean): boolean {
    if (!isHinted && !areHintsLost) return false;
    const state = this.stateOf(slot);
    return state === 'unclear' || (isHinted && state === 'fresh');
  }

  /** When the directory of a file was listed that was not looked at yet; `undefined`: it was. */
  namedAtMs(slot: number): number | undefined {
    if (this.stateOf(slot) !== 'named') return undefined;
    return this.#cells(slot)[(slot % blockSlots) * columnCount + 3];
  }

  /** Whether a look found exactly what is remembered. Creates no object, because a full scan asks it for every file. */
  isSame(slot: number, look: Look): boolean {
    if (this.stateOf(slot) === 'named') return false;
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

  #makeRoom(): void {
    while (this.#used > this.#blocks.length * blockSlots) {
      this.#blocks.push(new Float64Array(blockSlots * columnCount));
      this.#states.push(new Uint8Array(blockSlots));
    }
  }

  stateOf(slot: number): SlotState {
    const index = this.#states[Math.floor(slot / blockSlots)]?.[slot % blockSlots] ?? 0;
    return slotStates[index] ?? 'settled';
  }

  #setState(slot: number, state: SlotState): void {
    const states = this.#states[Math.floor(slot / blockSlots)];
    if (states !== undefined) states[slot % blockSlots] = slotStates.indexOf(state);
  }

  #cells(slot: number): Float64Array {
    const cells = this.#blocks[Math.floor(slot / blockSlots)];
    if (cells === undefined) throw new RangeError(`Snapshot: no slot ${slot}`);
    return cells;
  }
}

/** The state of a file that was looked at. */
export function stateOf({ isFresh }: { readonly isFresh: boolean }): SlotState {
  return isFresh ? 'fresh' : 'settled';
}
