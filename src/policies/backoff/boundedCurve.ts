import type { BackoffCurve } from './BackoffCurve.js';
import { clampDelay } from '../clampDelay.js';
import { requireInRange } from '../ranges.js';

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
