import { clampDelay } from '../ranges.js';

/** The inputs of `jitterDelay`, all in ms. */
export interface JitterInput {
  /** The wait that the curve gives. */
  readonly delayMs: number;
  /** The wait before this one; 0 before the first. */
  readonly previousMs: number;
  /** The bounds of the curve. */
  readonly initialMs: number;
  readonly maxMs: number;
}

/** For each jitter and a wait b: the shortest wait, and the most that the random number can add. */
const spreads = {
  none: (b: number) => [b, 0],
  full: (b: number) => [0, b],
  equal: (b: number) => [b / 2, b / 2],
  decorrelated: (_: number, initialMs: number, previousMs: number) => [
    initialMs,
    3 * Math.max(initialMs, previousMs) - initialMs,
  ],
} as const;

/**
 * How a wait is randomized, so that many retries do not start at the same time: AWS's formulas `full`, `equal` and
 * `decorrelated`, or `none`.
 */
export type Jitter = keyof typeof spreads;

export const jitters = Object.keys(spreads);

/**
 * Randomizes a wait, so that sources that failed together do not all retry together.
 *
 * With b the wait of the curve and U(x, y) a random number from x to y: none is b; full is U(0, b); equal is b/2 + U(0, b/2);
 * decorrelated is min(max, U(initial, 3 × previous)), where the wait before the first one is `initial`. Decorrelated is AWS's
 * formula; some libraries use its name for another one.
 *
 * @param random - Returns a number from 0 to 1. Called at most once, and not at all when it would change nothing, as
 *   for 'none'.
 * @returns Milliseconds, from 0 to `maxMs` and to 2^31 - 1.
 * @throws RangeError when a draw is not a number from 0 to 1.
 *
 * @source https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function jitterDelay(jitter: Jitter, input: JitterInput, random: () => number): number {
  const { delayMs, previousMs, initialMs, maxMs } = input;
  // Limited before the multiplication: 0 * Infinity would be NaN.
  const [leastMs = 0, spanMs = 0] = spreads[jitter](clampDelay(delayMs), initialMs, previousMs);
  const drawn = spanMs > 0 ? random() : 0;
  if (drawn >= 0 && drawn <= 1) return clampDelay(Math.min(maxMs, leastMs + drawn * spanMs));
  throw new RangeError(`backoffRetry: random returned ${drawn}, not 0 to 1`);
}
