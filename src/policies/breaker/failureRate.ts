import { longestDelayMs, ratioRange, requireInRange } from '../ranges.js';
import type { TripPolicy } from './TripPolicy.js';

/** What is remembered of each outcome is a few bytes; of a million, a few megabytes. */
const largestCount = 1_000_000;

/**
 * Opens when, of the attempts in the window, at least `ratio` failed and there were at least `minimumCount`.
 *
 * @param o - `ratio` (above 0, at most 1), `minimumCount` (whole, at least 1), `window`: the last `count` attempts
 *   (whole, from `minimumCount` to 1,000,000) or those of the last `ms` milliseconds (1 to 2^31 - 1).
 */
export function failureRate(o: {
  readonly ratio: number;
  readonly minimumCount: number;
  readonly window: { readonly count: number } | { readonly ms: number };
}): TripPolicy {
  const { ratio, minimumCount, window } = o;
  requireInRange('failureRate', ratioRange, { ratio });
  requireInRange('failureRate', { least: 1, isWhole: true }, { minimumCount });
  if ('count' in window) {
    const range = { least: minimumCount, leastOf: 'minimumCount', most: largestCount };
    requireInRange('failureRate', { ...range, isWhole: true }, { 'window.count': window.count });
  } else {
    requireInRange('failureRate', { least: 1, most: longestDelayMs }, { 'window.ms': window.ms });
  }
  return { _tag: 'failureRate', ratio, minimumCount, window };
}
