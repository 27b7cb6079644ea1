import { requireInRange } from '../ranges.js';
import { oldestFirst, outcomeWindow, pluralOf } from './outcomeWindow.js';
import type { CountingPolicy, OutcomeCounter, TripPolicy } from './TripPolicy.js';

/**
 * Opens the breaker at the n-th failure in a row; one success starts the count again.
 *
 * For few attempts where each failure matters, such as reloads. For many attempts where some always fail, use
 * `failureRate`.
 *
 * @param failureCount - Whole, at least 1; anything else throws a RangeError.
 *
 * @example
 * ```ts
 * const breaker = createCircuitBreaker({ trip: consecutive(2) });
 * const broken = throwError(() => new Error('broken')).pipe(circuitBreak(breaker));
 *
 * await lastValueFrom(broken).catch(() => breaker.state); // => 'closed'
 * await lastValueFrom(broken).catch(() => breaker.state); // => 'open'
 * ```
 */
export function consecutive(failureCount: number): TripPolicy {
  requireInRange('consecutive', { least: 1, isWhole: true }, { failureCount });
  return new Consecutive(failureCount);
}

/** A class, so that the fields of the policy stay plain data: its functions are on the prototype. */
class Consecutive implements CountingPolicy {
  readonly _tag = 'consecutive';

  constructor(readonly failureCount: number) {}

  countFailures(): OutcomeCounter {
    return failureRun(this.failureCount);
  }

  /**
   * Quick attempts between slow ones must not reset this count, so it is a window over the last `failureCount`
   * attempts.
   */
  countSlow(ratio: number): OutcomeCounter {
    const { failureCount } = this;
    return outcomeWindow({ ratio, minimumCount: failureCount, count: failureCount });
  }
}

/** Counts the failures since the last success: it trips at `failureCount` of them and counts no further. */
function failureRun(failureCount: number): OutcomeCounter {
  let runLength = 0;
  const clear = (): void => {
    runLength = 0;
  };
  const extend = (count: number): void => {
    runLength = Math.min(failureCount, runLength + count);
  };

  return {
    isTimed: false,
    clear,
    record(isBad) {
      if (isBad) extend(1);
      else clear();
      return runLength === failureCount;
    },
    describe: (noun) => `${pluralOf(runLength, noun)} in a row`,
    dump: () => (runLength > 0 ? [{ ageMs: 0, count: runLength, badCount: runLength }] : []),
    load(counts) {
      clear();
      for (const { count, badCount } of oldestFirst(counts)) {
        if (count > badCount) clear();
        extend(badCount);
      }
    },
  };
}
