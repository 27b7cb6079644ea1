import type { CircuitBreaker } from './breaker/CircuitBreaker.js';
import type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';
import { streamBreaker } from './breaker/streamBreaker.js';

export type { CircuitBreaker } from './breaker/CircuitBreaker.js';
export type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';

/**
 * Makes a breaker to share between the subscriptions of one stream, or between streams with the same dependency.
 *
 * For one pipe alone, give the options to `circuitBreak` itself; for one breaker per key, use `breakers`.
 *
 * ```marble
 * consecutive(2), open for 5
 * attempts that fail     -x-x
 * attempts that succeed  --------x
 * state$                 c--o----(hc)
 * ```
 *
 * Contract:
 * - Holds: what `trip` counts; the error that opened it, until it closes. No timer: half-open begins with the first
 *   attempt after the open time.
 * - Limit: closed admits every attempt, and opens when `trip` says so. Open refuses for `openForMs`. Half-open admits `probeCount`
 *   probes: the first success closes it, a failure opens it again. A clock that steps back delays a probe by at most the open
 *   time. An attempt that began before the last change of state has no effect.
 *
 * @param config - See `CircuitBreakerConfig`. By default it trips at `consecutive(3)`, is open for a minute, and admits one probe.
 *
 * @example
 * ```ts
 * const breaker = createCircuitBreaker({ trip: consecutive(2), openForMs: 1_000 });
 * const broken = throwError(() => new Error('broken')).pipe(circuitBreak(breaker));
 *
 * await lastValueFrom(broken).catch(() => breaker.state); // => 'closed'
 * await lastValueFrom(broken).catch(() => breaker.state); // => 'open'
 * await lastValueFrom(broken).catch((error) => error.name); // => 'CircuitOpenError'
 * ```
 *
 * @source https://learn.microsoft.com/en-us/azure/architecture/patterns/circuit-breaker
 */
export function createCircuitBreaker(config: CircuitBreakerConfig = {}): CircuitBreaker {
  return streamBreaker(config);
}
