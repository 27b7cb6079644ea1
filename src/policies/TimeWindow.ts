import type { OutcomeCount, OutcomeWindow } from './OutcomeWindow.js';

/** A window of up to a second is exact to the millisecond; a longer one to a thousandth of its length. */
const largestSliceCount = 1_000;

interface Slice {
  readonly index: number;
  count: number;
  badCount: number;
}

/**
 * The outcomes of the last `ms` milliseconds, aged by elapsed time: after an idle hour a window of 5 seconds is empty.
 * Cockatiel 3's sampling window moves on by one slice a call instead, and counts failures of an hour ago.
 */
export class TimeWindow implements OutcomeWindow {
  readonly isTimed = true;
  readonly #ratio: number;
  readonly #minimumCount: number;
  readonly #sliceMs: number;
  readonly #sliceCount: number;
  #slices: Slice[] = [];
  #oldest = 0;
  #count = 0;
  #badCount = 0;

  constructor(o: { readonly ratio: number; readonly minimumCount: number; readonly ms: number }) {
    this.#ratio = o.ratio;
    this.#minimumCount = o.minimumCount;
    this.#sliceMs = Math.max(1, o.ms / largestSliceCount);
    this.#sliceCount = o.ms / this.#sliceMs;
  }

  record(isBad: boolean, atMs: number): void {
    this.#age(atMs);
    const index = Math.floor(atMs / this.#sliceMs);
    let slice = this.#slices.at(-1);
    if (slice?.index !== index) {
      slice = { index, count: 0, badCount: 0 };
      this.#slices.push(slice);
    }
    slice.count++;
    this.#count++;
    if (!isBad) return;
    slice.badCount++;
    this.#badCount++;
  }

  isTripped(atMs: number): boolean {
    this.#age(atMs);
    return this.#count >= this.#minimumCount && this.#badCount / this.#count >= this.#ratio;
  }

  describe(noun: string): string {
    const ms = Math.round(this.#sliceMs * this.#sliceCount);
    return `${this.#badCount} ${noun}s in ${this.#count} attempts within ${ms} ms`;
  }

  clear(): void {
    this.#slices = [];
    this.#oldest = 0;
    this.#count = 0;
    this.#badCount = 0;
  }

  dump(atMs: number): readonly OutcomeCount[] {
    this.#age(atMs);
    return this.#slices.slice(this.#oldest).map(({ index, count, badCount }) => ({
      ageMs: Math.max(0, atMs - index * this.#sliceMs),
      count,
      badCount,
    }));
  }

  load(counts: readonly OutcomeCount[], atMs: number): void {
    this.clear();
    for (const { ageMs, count, badCount } of counts) {
      this.#slices.push({ index: Math.floor((atMs - ageMs) / this.#sliceMs), count, badCount });
      this.#count += count;
      this.#badCount += badCount;
    }
    this.#age(atMs);
  }

  #age(atMs: number): void {
    const firstIndex = Math.floor(atMs / this.#sliceMs) - this.#sliceCount;
    let oldest = this.#slices[this.#oldest];
    while (oldest !== undefined && oldest.index <= firstIndex) {
      this.#count -= oldest.count;
      this.#badCount -= oldest.badCount;
      oldest = this.#slices[++this.#oldest];
    }
    // Half of the list is a gap now: close it. Each slice is moved once on average.
    if (this.#oldest > 16 && this.#oldest * 2 > this.#slices.length) {
      this.#slices = this.#slices.slice(this.#oldest);
      this.#oldest = 0;
    }
  }
}
