/**
 * Random draws that a seed determines, the same on any machine.
 *
 * @source mulberry32: https://gist.github.com/tommyettinger/46a874533244883189143505d203312c
 */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    // The multiplication spreads the seed: seeds that differ in one bit must not begin with similar draws.
    this.#state = Math.imul(seed ^ (seed / 2 ** 32), 0x9e3779b1) | 0;
  }

  /** A number from 0 to below 1. */
  readonly next = (): number => {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };

  /** A whole number from 0 to below `count`. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  /** True for this ratio of the draws. */
  isLucky(ratio: number): boolean {
    return this.next() < ratio;
  }

  /** One of the values, each equally likely. */
  pick<A>(first: A, ...others: readonly A[]): A {
    const at = this.below(others.length + 1);
    return at === 0 ? first : (others[at - 1] ?? first);
  }
}
