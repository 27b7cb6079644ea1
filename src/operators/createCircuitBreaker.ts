import type { CircuitBreaker } from './breaker/CircuitBreaker.js';
import type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';
import { streamBreaker } from './breaker/streamBreaker.js';

export type { CircuitBreaker } from './breaker/CircuitBreaker.js';
export type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';

/**
 * Makes a breaker to share: between the subscriptions of one stream, or between streams that depend on the same thing.
 *
 * For what several readers depend on; for one pipe alone, give the options to `circuitBreak` itself; for many alike,
 * `breakers`.
 *
 * ```marble
 * consecutive(2), open for 5
 * attempts that fail     -x-x
 * attempts that succeed  --------x
 * state$                 c--o----(hc)
 * ```
 *
 * Contract:
 * - Holds: what `trip` counts; the error that opened it, until it closes. No timer: half-open begins with the attempt that
 *   asks for it.
 * - Limit: closed admits every attempt and opens when `trip` says so; open refuses for `openForMs`; half-open admits
 *   `probeCount` probes, the first success closes, a failure opens again. A clock that steps back delays a probe by at most
 *   the open time. An attempt that began before the last change of state moves nothing.
 *
 * @param config - See `CircuitBreakerConfig`; by default `consecutive(3)`, open for a minute, one probe.
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
