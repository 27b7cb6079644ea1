import { longestDelayMs, ratioRange, requireInRange } from '../ranges.js';
import { outcomeWindow } from './outcomeWindow.js';
import type { CountingPolicy, OutcomeCounter, TripPolicy } from './TripPolicy.js';

/** An outcome takes a few bytes in the window, so a million of them take a few megabytes. */
const largestCount = 1_000_000;

const owner = 'failureRate';

/**
 * Opens the breaker when too large a share of the recent attempts failed: at least `ratio` of at least `minimumCount`.
 *
 * For many attempts where some always fail. For few attempts where each failure matters, use `consecutive`.
 *
 * @param o - See the fields. A value out of range throws a RangeError.
 *
 * @example
 * ```ts
 * const trip = failureRate({ ratio: 0.5, minimumCount: 2, window: { ms: 10_000 } });
 * const breaker = createCircuitBreaker({ trip });
 * const broken = throwError(() => new Error('broken')).pipe(circuitBreak(breaker));
 *
 * await lastValueFrom(of('done').pipe(circuitBreak(breaker))); // => 'done'
 * await lastValueFrom(broken).catch(() => breaker.state); // => 'open'
 * ```
 */
export function failureRate(o: {
  /** The share of failed attempts that opens the breaker: from 0.000001 to 1. */
  readonly ratio: number;
  /** Fewer attempts than this in the window never open the breaker: whole, at least 1. */
  readonly minimumCount: number;
  /**
   * Which attempts are recent: the last `count` of them (whole, from `minimumCount` to 1,000,000), or those of the last `ms`
   * milliseconds (1 to 2^31 - 1).
   */
  readonly window: { readonly count: number } | { readonly ms: number };
}): TripPolicy {
  const { ratio, minimumCount, window } = o;
  requireInRange(owner, ratioRange, { ratio });
  requireInRange(owner, { least: 1, isWhole: true }, { minimumCount });
  if ('count' in window) {
    const range = { least: minimumCount, leastOf: 'minimumCount', most: largestCount };
    requireInRange(owner, { ...range, isWhole: true }, { 'window.count': window.count });
  } else {
    requireInRange(owner, { least: 1, most: longestDelayMs }, { 'window.ms': window.ms });
  }
  return new FailureRate(ratio, minimumCount, window);
}

/** A class, so that the fields of the policy stay plain data: its functions are on the prototype. */
class FailureRate implements CountingPolicy {
  readonly _tag = 'failureRate';

  constructor(
    readonly ratio: number,
    readonly minimumCount: number,
    readonly window: { readonly count: number } | { readonly ms: number },
  ) {}

  countFailures(): OutcomeCounter {
    return this.countSlow(this.ratio);
  }

  countSlow(ratio: number): OutcomeCounter {
    return outcomeWindow({ ratio, minimumCount: this.minimumCount, ...this.window });
  }
}
