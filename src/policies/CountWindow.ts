import type { OutcomeCount, OutcomeWindow } from './OutcomeWindow.js';

/** The last n outcomes, in a ring of one byte each. */
export class CountWindow implements OutcomeWindow {
  readonly isTimed = false;
  readonly #ratio: number;
  readonly #minimumCount: number;
  readonly #ring: Uint8Array;
  #next = 0;
  #count = 0;
  #badCount = 0;

  constructor(o: {
    readonly ratio: number;
    readonly minimumCount: number;
    readonly count: number;
  }) {
    this.#ratio = o.ratio;
    this.#minimumCount = o.minimumCount;
    this.#ring = new Uint8Array(o.count);
  }

  record(isBad: boolean): void {
    const ring = this.#ring;
    if (this.#count === ring.length) this.#badCount -= ring[this.#next] ?? 0;
    else this.#count++;
    ring[this.#next] = isBad ? 1 : 0;
    if (isBad) this.#badCount++;
    this.#next = this.#next + 1 === ring.length ? 0 : this.#next + 1;
  }

  isTripped(): boolean {
    return this.#count >= this.#minimumCount && this.#badCount / this.#count >= this.#ratio;
  }

  describe(noun: string): string {
    return `${this.#badCount} ${noun}s in the last ${this.#count} attempts`;
  }

  clear(): void {
    this.#next = 0;
    this.#count = 0;
    this.#badCount = 0;
  }

  dump(): readonly OutcomeCount[] {
    const oldest = this.#count === this.#ring.length ? this.#next : 0;
    return Array.from({ length: this.#count }, (_, i) => ({
      ageMs: 0,
      count: 1,
      badCount: this.#ring[(oldest + i) % this.#ring.length] ?? 0,
    }));
  }

  load(counts: readonly OutcomeCount[]): void {
    this.clear();
    for (const { count, badCount } of counts) {
      // Only the last outcomes fit, whatever a snapshot claims.
      for (let i = Math.max(0, count - this.#ring.length); i < count; i++)
        this.record(i < badCount);
    }
  }
}
