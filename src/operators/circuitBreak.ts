import { Observable, type MonoTypeOperatorFunction } from 'rxjs';
import type { CircuitBreaker } from './breaker/CircuitBreaker.js';
import type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';
import { GuardedAttempt } from './breaker/GuardedAttempt.js';
import { resolveBreaker } from './breaker/streamBreaker.js';

/**
 * Lets a subscription through while the breaker is closed, and answers it with a `CircuitOpenError` while it is open. One
 * subscription is one attempt.
 *
 * For work on something that may be broken for long: asking it again does not mend it, and costs. `backoffRetry` waits for
 * one reader; a breaker remembers for all of them. For a stream of changes that each start an attempt, `circuitBreakMap`.
 *
 * ```marble
 * breaker: opens at the first failure, for 5
 * source, broken   --#
 * first reader     --#
 * second reader    ---#
 * source, mended   --a|
 * third reader     ---------a|
 * ```
 *
 * Contract:
 * - Loses: nothing. An attempt that is refused was not made; its reader has the error, with the time to come back.
 * - Completes: when the source does. That is a success, unless `classify` says otherwise.
 * - Errors: passes on the source's error, after the verdict on it; or `CircuitOpenError`; or what `classify` throws.
 * - Cancels: unsubscribing after a value is a success, before any it gives the permit back.
 * - Holds: nothing of the stream. A timer during a probe with `probeTimeoutMs`, or any attempt with `slow`; none when idle.
 * - Limit: the state is the breaker's, not the subscription's: a state for each subscription would never see a second failure.
 *   A config makes one breaker, when the operator is called, for all subscriptions of that pipe.
 * - Order: inside `backoffRetry` each retry is an attempt, and the retry waits out an open circuit; outside of it five
 *   retries are one attempt, and `consecutive(3)` takes 15 failures to open.
 *
 * @param breaker - Made by `createCircuitBreaker` or `breakers(...).for(key)`, or the options of one for this pipe alone.
 *
 * @example
 * ```ts
 * const breaker = createCircuitBreaker({ trip: consecutive(2), openForMs: 30_000 });
 * const broken = throwError(() => new Error('no such file')).pipe(circuitBreak(breaker));
 *
 * await lastValueFrom(broken).catch((e) => e.message); // => 'no such file'
 * await lastValueFrom(broken).catch((e) => e.message); // => 'no such file'
 * await lastValueFrom(broken).catch((e) => e.name); // => 'CircuitOpenError'
 * ```
 *
 * @source Success on leaving after a value, so that `take(1)` does not leave it open:
 *   https://github.com/Netflix/Hystrix/issues/1721
 */
export function circuitBreak<T>(
  breaker: CircuitBreaker | CircuitBreakerConfig,
): MonoTypeOperatorFunction<T> {
  const { guard } = resolveBreaker('circuitBreak', breaker);
  // Not composed: the verdict needs the moment of unsubscription apart from completion, once for each permit.
  return (source) =>
    new Observable<T>((subscriber) => {
      const permit = guard.machine.admit();
      if (permit >= 0) new GuardedAttempt(subscriber, guard, permit).subscribeTo(source);
      else if (guard.isShadow) source.subscribe(subscriber);
      else subscriber.error(guard.machine.refusal());
    });
}
