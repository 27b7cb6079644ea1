import {
  asyncScheduler,
  identity,
  type MonoTypeOperatorFunction,
  Observable,
  type ObservableInput,
  type SchedulerLike,
} from 'rxjs';
import type { BackoffPolicy } from '../policies/backoff/BackoffCurve.js';
import { exponential } from '../policies/backoff/exponential.js';
import { type Jitter, jitters } from '../policies/backoff/jitterDelay.js';
import { requireInRange, requireOneOf } from '../policies/ranges.js';
import type { RetryBudget } from '../policies/retry/retryBudget.js';
import { systemRandom } from './adapters/systemRandom.js';
import { type RetryLoopRules, runAttempts } from './retry/runAttempts.js';

/** The options of `backoffRetry`, all optional. A value out of range throws a RangeError when the operator is called. */
export interface BackoffRetryConfig {
  /**
   * The wait before a retry. A curve, such as `exponential({ initialMs: 100 })`, or a function of the number of the
   * retry (from 1), the error, and the wait before this one in ms (0 before the first). The function returns ms,
   * `undefined` for the default curve, or an Observable or promise to wait for: its first value starts the retry, its
   * completion without a value completes the stream, and its error is the error of the stream. Waits are limited to
   * 2^31 - 1 ms; 0 or less retries at once. If the function returns NaN or throws, that is the error of the stream.
   * Default `exponential()`.
   */
  readonly delay?:
    | BackoffPolicy
    | ((
        attempt: number,
        error: unknown,
        previousMs: number,
      ) => number | undefined | ObservableInput<unknown>);
  /** Retries in a series of failures before the last error is passed on: whole, at least 0. Default Infinity. */
  readonly maxRetries?: number;
  /**
   * How the wait is randomized, so that sources that failed together do not all retry together; b is the wait of
   * `delay`. 'none': b. 'full': from 0 to b. 'equal': from b / 2 to b. 'decorrelated': from the initial wait to three
   * times the previous wait. Another word throws. Default 'none'.
   *
   * @source https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
   */
  readonly jitter?: Jitter;
  /** Returns a number from 0 to 1 for the jitter; any other result is an error of the stream. Default `Math.random`. */
  readonly random?: () => number;
  /**
   * Whether to retry after this error; `attempt` is the number of the retry, from 1. If it throws, that is the error of
   * the stream. Default: always.
   */
  readonly retryIf?: (error: unknown, attempt: number) => boolean;
  /** An attempt that lasted this long before it failed starts the series over, in ms: at least 1. Default Infinity: never. */
  readonly resetAfterMs?: number;
  /**
   * The time limit of a series, from the subscription or the last start over, in ms: at least 0. If a retry would start
   * later, the error is passed on at once. Default Infinity.
   */
  readonly maxElapsedMs?: number;
  /** A limit on the retries of all streams that share it, see `retryBudget`. When it is spent, the error is passed on. Default none. */
  readonly budget?: RetryBudget;
  /**
   * A value ends the wait and starts the series over, because the cause of the failure may be gone. Subscribed to at
   * the first failure; a value that comes while no wait is under way has no effect. Its error is an error of the
   * stream. Default none.
   */
  readonly retryNow$?: Observable<unknown>;
  /**
   * Called when a wait begins. `attempt` is the number of the retry, from 1; `delayMs` is the wait, 0 when `delay`
   * returned an Observable. If it throws, that is the error of the stream. Default none.
   */
  readonly onRetry?: (info: {
    readonly attempt: number;
    readonly delayMs: number;
    readonly error: unknown;
  }) => void;
  /** The clock and the timers. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
}

/**
 * Resubscribes after an error, with increasing delays.
 *
 * For work that fails temporarily: a file that is half written, a port that is still in use. RxJS's `retry` takes a
 * fixed wait or your function; it overflows the stack on synchronous failures, and has no jitter and no budget. For a
 * source that stays broken, use `circuitBreak`.
 *
 * ```marble
 * source                  a-#
 * backoffRetry (2, 4 ms)  a---a-----a-#
 * ```
 *
 * Contract:
 * - Loses: nothing. The values of failed attempts have already been emitted.
 * - Completes: when an attempt does, or when an Observable that `delay` returned completes without a value.
 * - Errors: with the last error, unchanged, when `maxRetries`, `maxElapsedMs`, `budget` or `retryIf` allow no retry; with what an
 *   option throws, or when `delay` returns NaN; with the error of `retryNow$`.
 * - Cancels: unsubscribing stops the attempt or the wait, and leaves no timer.
 * - Holds: no value; one timer while it waits.
 * - Limit: waits are cut to 2^31 - 1 ms. After a wait of 0 or less the next attempt starts at once, without a timer and without
 *   growing the stack. `maxElapsedMs` and `resetAfterMs` use the scheduler's clock; a clock that steps back adds no time.
 * - Order: an attempt is torn down before the next one starts. After `circuitBreak` in the pipe, each retry is an attempt of the
 *   breaker; a refusal is waited out and does not count as a retry, so 5 retries are 6 attempts that were really made.
 *
 * @param config - See `BackoffRetryConfig`.
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
  // Not composed: `retry` and `catchError` nest a call per synchronous failure.
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
