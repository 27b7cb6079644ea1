import { requireInRange } from './requireInRange.js';
import { requireRatio } from './requireRatio.js';
import type { TripPolicy } from './TripPolicy.js';

/** A ring of outcomes is allocated when the breaker is made. */
const largestCount = 1_000_000;

/**
 * Opens when, of the attempts in the window, at least `ratio` failed and there were at least `minimumCount`.
 *
 * @param o - `ratio` (above 0, at most 1), `minimumCount` (whole, at least 1), `window`: the last `count` attempts
 *   (whole, from `minimumCount` to 1,000,000) or those of the last `ms` milliseconds (at least 1).
 */
export function failureRate(o: {
  readonly ratio: number;
  readonly minimumCount: number;
  readonly window: { readonly count: number } | { readonly ms: number };
}): TripPolicy {
  const { ratio, minimumCount, window } = o;
  requireRatio('failureRate', 'ratio', ratio);
  requireInRange('failureRate', 'minimumCount', minimumCount, { least: 1, isWhole: true });
  if ('count' in window) {
    const range = { least: 1, most: largestCount, isWhole: true };
    requireInRange('failureRate', 'window.count', window.count, range);
    if (minimumCount > window.count) {
      throw new RangeError(
        `failureRate: minimumCount (${minimumCount}) is more than window.count (${window.count})`,
      );
    }
  } else {
    requireInRange('failureRate', 'window.ms', window.ms, { least: 1 });
  }
  return { _tag: 'failureRate', ratio, minimumCount, window };
}
