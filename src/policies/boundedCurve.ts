import type { BackoffCurve } from './BackoffCurve.js';
import { longestDelayMs } from './longestDelayMs.js';
import { requireInRange } from './requireInRange.js';

/**
 * Makes a curve of a formula: checks the bounds, cuts the results to them, and answers with the cap
 * where the formula has left the finite numbers.
 */
export function boundedCurve(
  owner: string,
  bounds: { readonly first: string; readonly initialMs: number; readonly maxMs: number },
  delayMs: (attempt: number) => number,
): BackoffCurve {
  const { first, initialMs, maxMs } = bounds;
  requireInRange(owner, first, initialMs, { least: 0 });
  requireInRange(owner, 'maxMs', maxMs, { least: 0 });
  if (maxMs < initialMs) {
    throw new RangeError(`${owner}: maxMs (${maxMs}) is less than ${first} (${initialMs})`);
  }
  const cap = Math.min(maxMs, longestDelayMs);
  const curve = (attempt: number): number => {
    // 0 * Infinity is NaN, so a curve that starts at 0 would end in NaN past attempt 1024.
    const ms = initialMs === 0 && attempt === 1 ? 0 : delayMs(attempt);
    return Number.isNaN(ms) ? cap : Math.min(cap, ms);
  };
  return Object.assign(curve, { initialMs: Math.min(cap, initialMs), maxMs: cap });
}
