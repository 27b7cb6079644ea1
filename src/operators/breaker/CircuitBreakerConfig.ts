import type { SchedulerLike } from 'rxjs';
import type { BreakerOptions } from '../../policies/breaker/breakerRules.js';

/** The options of a breaker, all optional. A value out of range throws a RangeError when the breaker is made. */
export interface CircuitBreakerConfig extends BreakerOptions {
  /**
   * How the end of an attempt counts. 'ignore' gives the permit back and counts nothing. Default: an error is a
   * failure, a completion a success. If it throws, that becomes the error of the attempt, and nothing is counted.
   */
  readonly classify?: (
    outcome: { readonly error: unknown } | { readonly completed: true },
  ) => 'success' | 'failure' | 'ignore';
  /** The clock, and the timers of `probeTimeoutMs` and `slow`. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}
