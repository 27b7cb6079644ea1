/** Draws from a seed: the same seed, the same draws. */
export interface Draws {
  /** From `from` to `to`, both included. */
  whole(from: number, to: number): number;
  chance(ratio: number): boolean;
}

/** @source https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (mulberry32) */
export function drawsFrom(seed: number): Draws {
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    whole: (from, to) => from + Math.floor(next() * (to - from + 1)),
    chance: (ratio) => next() < ratio,
  };
}
