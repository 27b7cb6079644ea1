import { exponential } from '../backoff/exponential.js';
import { type Jitter, jitterDelay } from '../backoff/jitterDelay.js';
import { CircuitOpenError } from '../breaker/CircuitOpenError.js';
import { clampDelay } from '../ranges.js';
import { steadyClock } from '../steadyClock.js';
import type { RetryBudget } from './retryBudget.js';

/**
 * The options of `backoffRetry` that a schedule needs, with their defaults. `N` is the type of an object to wait for
 * instead of a time.
 */
export interface RetryRules<N> {
  readonly delay: RetryDelay<N>;
  readonly maxRetries: number;
  readonly jitter: Jitter;
  readonly random: () => number;
  readonly retryIf: (error: unknown, attempt: number) => boolean;
  readonly resetAfterMs: number;
  readonly maxElapsedMs: number;
  /** Whether one of the two limits above is set. Without them the clock is never read. */
  readonly isTimed: boolean;
  readonly budget?: RetryBudget | undefined;
  readonly nowMs: () => number;
}

/** Returns the wait before each retry. With bounds, it is a `BackoffCurve`. */
interface RetryDelay<N> {
  (attempt: number, error: unknown, previousMs: number): number | undefined | N;
  readonly initialMs?: number;
  readonly maxMs?: number;
}

/** Decides whether a retry follows a failure, and after which wait. One per subscription. */
export interface RetrySchedule<N> {
  /** An attempt begins. */
  started(): void;
  /** An attempt ended in `error`. Returns the retry, or undefined when there is none. */
  failed(error: unknown): Retry<N> | undefined;
  /** Starts the series over: the next failure counts as the first one. */
  restart(): void;
}

interface Retry<N> {
  /** The number of the retry, from 1. */
  readonly attempt: number;
  /** The wait before the retry: milliseconds, or an object to wait for. */
  readonly wait: number | N;
}

export function retrySchedule<N extends object>(rules: RetryRules<N>): RetrySchedule<N> {
  const { delay, maxElapsedMs, resetAfterMs } = rules;
  const elapsedMs = rules.isTimed ? steadyClock(rules.nowMs) : () => 0;
  /** Retries in this series of failures. */
  let retries = 0;
  /** The wait before the last retry. */
  let previousMs = 0;
  /** The first wait of a bare function, which decorrelated jitter uses as the initial wait. */
  let firstMs = 0;
  /** When the last attempt began: one that lasted `resetAfterMs` starts the series over. */
  let attemptFromMs = 0;
  /** When the series began, for `maxElapsedMs`. */
  let seriesFromMs = elapsedMs();

  const restart = (): void => {
    retries = previousMs = firstMs = 0;
    seriesFromMs = elapsedMs();
  };

  const waitOf = (attempt: number, error: unknown): number | N => {
    const delayMs = delay(attempt, error, previousMs) ?? exponential()(attempt);
    if (typeof delayMs !== 'number') return delayMs;
    if (Number.isNaN(delayMs)) {
      throw new RangeError(`backoffRetry: delay returned NaN for attempt ${attempt}`);
    }
    if (attempt === 1) firstMs = delayMs;
    // A bare function has no maximum, so jitter never makes a wait longer than the function returned.
    const { initialMs = firstMs, maxMs = delayMs } = delay;
    return jitterDelay(rules.jitter, { delayMs, previousMs, initialMs, maxMs }, rules.random);
  };

  return {
    restart,
    started() {
      attemptFromMs = elapsedMs();
    },
    failed(error) {
      if (elapsedMs() - attemptFromMs >= resetAfterMs) restart();
      // A refusal by a breaker was not an attempt, so it does not count as a retry. The error says when to try again.
      const isRefusal = error instanceof CircuitOpenError;
      const attempt = isRefusal ? Math.max(1, retries) : retries + 1;
      const isSpent = !isRefusal && attempt > rules.maxRetries;
      if (isSpent || !rules.retryIf(error, attempt)) return undefined;

      const wait = isRefusal ? clampDelay(error.retryAfterMs, 1) : waitOf(attempt, error);
      const waitMs = typeof wait === 'number' ? wait : 0;
      // A retry that could only start after the limit is not waited for.
      if (elapsedMs() - seriesFromMs + waitMs > maxElapsedMs) return undefined;
      if (!isRefusal) {
        if (rules.budget?.withdraw() === false) return undefined;
        retries = attempt;
        if (typeof wait === 'number') previousMs = wait;
      }
      return { attempt, wait };
    },
  };
}
