import { clampDelay } from '../ranges.js';

/** What a draw needs to know: the curve's wait, the wait before, and the bounds of the curve. */
export interface JitterInput {
  readonly delayMs: number;
  readonly previousMs: number;
  readonly initialMs: number;
  readonly maxMs: number;
}

/** For each jitter, of a wait b: the least that it may become, and how much the draw may add. */
const spreads = {
  none: (b: number) => [b, 0],
  full: (b: number) => [0, b],
  equal: (b: number) => [b / 2, b / 2],
  decorrelated: (_: number, initialMs: number, previousMs: number) => [
    initialMs,
    3 * Math.max(initialMs, previousMs) - initialMs,
  ],
} as const;

export type Jitter = keyof typeof spreads;

export const jitters = Object.keys(spreads);

/**
 * Spreads a wait, so that what failed together does not come back together.
 *
 * With b the curve's wait: none b; full U(0, b); equal b/2 + U(0, b/2); decorrelated min(max, U(initial, 3 × previous)),
 * where the wait before the first one is `initial`. The last is AWS's formula; other libraries ship another curve
 * under its name.
 *
 * @param random - A number from 0 to 1; drawn once, and not at all where it changes nothing, as for 'none'.
 * @returns Milliseconds from 0 to `maxMs` and 2^31 - 1.
 * @throws RangeError when a draw is not a number from 0 to 1.
 *
 * @source https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function jitterDelay(jitter: Jitter, input: JitterInput, random: () => number): number {
  const { delayMs, previousMs, initialMs, maxMs } = input;
  // Cut before the draw: 0 times an endless wait would be NaN.
  const [leastMs = 0, spanMs = 0] = spreads[jitter](clampDelay(delayMs), initialMs, previousMs);
  const drawn = spanMs > 0 ? random() : 0;
  if (drawn >= 0 && drawn <= 1) return clampDelay(Math.min(maxMs, leastMs + drawn * spanMs));
  throw new RangeError(`backoffRetry: random returned ${drawn}, not a number from 0 to 1`);
}
