import { longestDelayMs } from './longestDelayMs.js';

export type Jitter = 'none' | 'full' | 'equal' | 'decorrelated';

/** What a draw needs to know: the curve's wait, the wait before, and the bounds of the curve. */
export interface JitterInput {
  readonly delayMs: number;
  readonly previousMs: number;
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * Spreads a wait, so that what failed together does not come back together.
 *
 * With b the curve's wait: none b; full U(0, b); equal b/2 + U(0, b/2); decorrelated min(max, U(initial, 3 × previous)),
 * where the wait before the first one is `initial`. The last is AWS's formula; other libraries ship another curve
 * under its name.
 *
 * @param random - A number from 0 to 1; drawn once, and not at all for 'none'.
 * @returns Milliseconds from 0 to 2^31 - 1.
 * @throws RangeError when a draw is not a number from 0 to 1.
 *
 * @source https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function jitterDelay(jitter: Jitter, input: JitterInput, random: () => number): number {
  return Math.min(longestDelayMs, Math.max(0, spread(jitter, input, random)));
}

function spread(jitter: Jitter, input: JitterInput, random: () => number): number {
  const { delayMs, previousMs, initialMs, maxMs } = input;
  switch (jitter) {
    case 'none':
      return delayMs;
    case 'full':
      return draw(random) * delayMs;
    case 'equal':
      return delayMs / 2 + (draw(random) * delayMs) / 2;
    case 'decorrelated': {
      const before = Math.max(initialMs, previousMs);
      return Math.min(maxMs, initialMs + draw(random) * (3 * before - initialMs));
    }
  }
}

function draw(random: () => number): number {
  const drawn = random();
  if (drawn >= 0 && drawn <= 1) return drawn;
  throw new RangeError(`backoffRetry: random returned ${String(drawn)}, not a number from 0 to 1`);
}
