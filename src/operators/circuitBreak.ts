import { type MonoTypeOperatorFunction, Observable } from 'rxjs';
import type { CircuitBreaker } from './breaker/CircuitBreaker.js';
import type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';
import { GuardedAttempt } from './breaker/GuardedAttempt.js';
import { resolveBreaker } from './breaker/streamBreaker.js';

/**
 * Lets subscriptions through while the breaker is closed, and answers them with a `CircuitOpenError` while it is open. One
 * subscription is one attempt.
 *
 * For work with a dependency that may stay broken: another attempt does not fix it, and costs time. `backoffRetry`
 * waits on behalf of one reader; a breaker keeps its state for all readers. For a stream of changes that each start an
 * attempt, use `circuitBreakMap`.
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
 * - Loses: nothing. For a refused attempt, the source is not subscribed to; the reader gets an error that says when to
 *   try again.
 * - Completes: when the source does. That is a success, unless `classify` says otherwise.
 * - Errors: with the source's error, after the breaker has counted it; with `CircuitOpenError`; with what `classify` throws.
 * - Cancels: unsubscribing after a value is a success; before any value it gives the permit back.
 * - Holds: nothing of the stream. One timer during a probe with `probeTimeoutMs`, and one during any attempt with `slow`.
 * - Limit: the state belongs to the breaker and not to the subscription, because one subscription would never see a
 *   second failure. Given options, the operator makes one breaker when it is called, for all subscriptions of that
 *   pipe.
 * - Order: before `backoffRetry` in the pipe, each retry is an attempt, and the retry waits while the circuit is open. After it,
 *   a source and its five retries are one attempt, and `consecutive(3)` opens after 18 failures.
 *
 * @param breaker - Made by `createCircuitBreaker` or `breakers(...).for(key)`; or options, see `CircuitBreakerConfig`, for a breaker
 *   of this pipe alone. A breaker of another library throws a TypeError.
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
 * @source Why unsubscribing after a value is a success: `take(1)` must not leave a probe without a verdict,
 *   https://github.com/Netflix/Hystrix/issues/1721
 */
export function circuitBreak<T>(
  breaker: CircuitBreaker | CircuitBreakerConfig,
): MonoTypeOperatorFunction<T> {
  const { guard } = resolveBreaker('circuitBreak', breaker);
  // Not composed: each permit needs one verdict, which must distinguish unsubscription from completion.
  return (source) =>
    new Observable<T>((subscriber) => {
      const permit = guard.machine.admit();
      if (permit >= 0) new GuardedAttempt(subscriber, guard, permit).subscribeTo(source);
      else if (guard.isShadow) source.subscribe(subscriber);
      else subscriber.error(guard.machine.refusal());
    });
}
