import { clampDelay, requireInRange } from '../ranges.js';

/**
 * A backoff policy that knows its bounds: no wait is shorter than `initialMs` or longer than `maxMs`.
 * Decorrelated jitter draws between them, which it could not for a bare function.
 */
export interface BackoffCurve {
  (attempt: number): number;
  readonly initialMs: number;
  readonly maxMs: number;
}

/**
 * How long to wait before the next attempt, in milliseconds.
 *
 * @param attempt - Which retry this will be, from 1.
 * @param error - What ended the attempt before.
 * @param previousMs - The wait before this one; 0 before the first.
 * @returns The wait; `undefined` leaves it to the curve that its reader has by default.
 */
export type BackoffPolicy = (
  attempt: number,
  error: unknown,
  previousMs: number,
) => number | undefined;

/**
 * Makes a curve of a formula: checks the bounds, and cuts the results to `maxMs` and to what a timer can hold.
 *
 * @param first - The name of the option that `initialMs` came from.
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
    // 0 * Infinity: a curve that starts at 0 would end in NaN past attempt 1024.
    return Number.isNaN(ms) ? start : Math.min(cap, ms);
  };
  return Object.assign(curve, { initialMs: start, maxMs: cap });
}
