import {
  asyncScheduler,
  identity,
  Observable,
  type MonoTypeOperatorFunction,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import type { BackoffPolicy } from '../policies/backoff/BackoffCurve.js';
import { exponential } from '../policies/backoff/exponential.js';
import { jitters, type Jitter } from '../policies/backoff/jitterDelay.js';
import { requireInRange, requireOneOf } from '../policies/ranges.js';
import type { RetryBudget } from '../policies/retry/retryBudget.js';
import { systemRandom } from './adapters/systemRandom.js';
import { type RetryLoopRules, runAttempts } from './retry/runAttempts.js';

export interface BackoffRetryConfig {
  readonly delay?:
    | BackoffPolicy
    | ((
        attempt: number,
        error: unknown,
        previousMs: number,
      ) => number | undefined | ObservableInput<unknown>);
  readonly maxRetries?: number;
  readonly jitter?: Jitter;
  readonly random?: () => number;
  readonly retryIf?: (error: unknown, attempt: number) => boolean;
  readonly resetAfterMs?: number;
  readonly maxElapsedMs?: number;
  readonly budget?: RetryBudget;
  readonly retryNow$?: Observable<unknown>;
  readonly onRetry?: (info: {
    readonly attempt: number;
    readonly delayMs: number;
    readonly error: unknown;
  }) => void;
  readonly scheduler?: SchedulerLike;
}

/**
 * Subscribes again to a source that failed, after a wait that grows with each failure.
 *
 * For work that fails for a while: a file half written, a port not free yet. RxJS's `retry` takes the same wait each time or
 * your function; it overflows the stack on synchronous failures, and knows no jitter, budget or breaker. What stays broken
 * belongs behind `circuitBreak`.
 *
 * ```marble
 * source                  a-#
 * backoffRetry (2, 4 ms)  a---a-----a-#
 * ```
 *
 * Contract:
 * - Loses: nothing; values of failed attempts have passed already.
 * - Completes: when an attempt does, or when an Observable that `delay` returned does without a value.
 * - Errors: with the last error, untouched, when `maxRetries`, `maxElapsedMs`, `budget` or `retryIf` say so; with what an
 *   option throws, or a `delay` of NaN; as `retryNow$` does.
 * - Cancels: unsubscribing stops the attempt or the wait, and leaves no timer.
 * - Holds: no value; one timer while it waits.
 * - Limit: waits are cut to 2^31 - 1 ms. A wait of 0 or less is no wait: the next attempt starts at once, without a timer
 *   and without growing the stack. `maxElapsedMs` and `resetAfterMs` read the scheduler's clock; set back, it adds nothing.
 * - Order: an attempt is torn down before the next one starts. Outside `circuitBreak` (after it in the pipe) each retry is
 *   an attempt of the breaker, and a refusal is waited out and not counted: 5 retries are 6 attempts that were really made.
 *
 * @param config - `delay`: a curve (default `exponential()`), or a function of the retry's number from 1, the error and the
 *   wait before; it may return milliseconds, `undefined` for the default curve, or an Observable or promise to wait for.
 *   `maxRetries`: whole, at least 0, default Infinity. `jitter`: default 'none'. `random`: from 0 to 1. `retryIf`: default
 *   every error. `resetAfterMs`: at least 1; an attempt that held that long starts the curve over; default never.
 *   `maxElapsedMs`: at least 0, since the subscription or the last such start; default no limit. `budget`: shared, see
 *   `retryBudget`. `retryNow$`: a value cuts the wait short and starts the curve over; listened to from the first failure.
 *   `onRetry`: called when a wait begins; `delayMs` is 0 for an Observable.
 *
 * @example
 * ```ts
 * let attempts = 0;
 * const flaky = defer(() => (++attempts < 3 ? throwError(() => new Error('busy')) : of('done')));
 *
 * await lastValueFrom(flaky.pipe(backoffRetry({ delay: exponential({ initialMs: 1 }) }))); // => 'done'
 * attempts; // => 3
 * ```
 *
 * @source What `retry` does on synchronous errors: https://github.com/ReactiveX/rxjs/issues/5653
 */
export function backoffRetry<T>(config: BackoffRetryConfig = {}): MonoTypeOperatorFunction<T> {
  const rules = retryRules(config);
  if (rules.maxRetries === 0 && rules.budget === undefined) return identity;
  // Not composed of `retry` or `catchError`: those nest a call for each synchronous failure.
  return (source) => new Observable<T>((subscriber) => runAttempts(source, subscriber, rules));
}

function retryRules(config: BackoffRetryConfig): RetryLoopRules {
  const { maxRetries = Infinity, resetAfterMs = Infinity, maxElapsedMs = Infinity } = config;
  const { jitter = 'none', scheduler = asyncScheduler } = config;
  requireInRange('backoffRetry', { least: 0, isWhole: true }, { maxRetries });
  requireInRange('backoffRetry', { least: 1 }, { resetAfterMs });
  requireInRange('backoffRetry', { least: 0 }, { maxElapsedMs });
  requireOneOf('backoffRetry', 'jitter', jitter, jitters);
  return {
    ...config,
    delay: config.delay ?? exponential(),
    maxRetries,
    jitter,
    random: config.random ?? systemRandom,
    retryIf: config.retryIf ?? (() => true),
    resetAfterMs,
    maxElapsedMs,
    isTimed: Math.min(resetAfterMs, maxElapsedMs) < Infinity,
    nowMs: () => scheduler.now(),
    scheduler,
  };
}
