import { clampDelay, requireInRange } from '../ranges.js';

/**
 * A backoff policy that knows its bounds: no wait is shorter than `initialMs` or longer than `maxMs`. Decorrelated
 * jitter picks a random wait between these bounds; a bare function has none.
 */
export interface BackoffCurve {
  (attempt: number): number;
  /** The first wait, in ms. */
  readonly initialMs: number;
  /** The longest wait, in ms: at most 2^31 - 1. */
  readonly maxMs: number;
}

/**
 * How long to wait before the next attempt, in ms.
 *
 * @param attempt - The number of the retry, from 1.
 * @param error - The error of the last attempt.
 * @param previousMs - The wait before this one; 0 before the first.
 * @returns The wait. `undefined` stands for the default of the option that the policy is given to.
 */
export type BackoffPolicy = (
  attempt: number,
  error: unknown,
  previousMs: number,
) => number | undefined;

/**
 * Makes a curve from a formula: checks the bounds, and limits each result to `maxMs` and to the longest wait of a
 * timer.
 *
 * @param first - The name of the option that `initialMs` came from, for the error.
 */
export function boundedCurve(
  owner: string,
  first: string,
  initialMs: number,
  maxMs: number,
  delayMs: (attempt: number) => number,
): BackoffCurve {
  requireInRange(owner, { least: 0 }, { [first]: initialMs });
  requireInRange(owner, { least: initialMs, leastOf: first }, { maxMs });
  const cap = clampDelay(maxMs);
  const start = Math.min(cap, initialMs);
  const curve = (attempt: number): number => {
    const ms = delayMs(attempt);
    // An exponential curve that starts at 0 is 0 * Infinity, which is NaN, past attempt 1024.
    return Number.isNaN(ms) ? start : Math.min(cap, ms);
  };
  return Object.assign(curve, { initialMs: start, maxMs: cap });
}
