import { CircuitOpenError } from '../breaker/CircuitOpenError.js';
import { clampDelay } from '../ranges.js';
import { exponential } from '../backoff/exponential.js';
import { jitterDelay, type Jitter } from '../backoff/jitterDelay.js';
import type { RetryBudget } from './retryBudget.js';
import { steadyClock } from '../steadyClock.js';

/** A wait for each retry. One that knows its bounds is a `BackoffCurve`. `N`: something to wait for instead. */
interface RetryDelay<N> {
  (attempt: number, error: unknown, previousMs: number): number | undefined | N;
  readonly initialMs?: number;
  readonly maxMs?: number;
}

export interface RetryRules<N> {
  readonly delay: RetryDelay<N>;
  readonly maxRetries: number;
  readonly jitter: Jitter;
  readonly random: () => number;
  readonly retryIf: (error: unknown, attempt: number) => boolean;
  readonly resetAfterMs: number;
  readonly maxElapsedMs: number;
  /** One of the two is set: without them nobody needs to ask the clock. */
  readonly isTimed: boolean;
  readonly budget?: RetryBudget | undefined;
  readonly nowMs: () => number;
}

/** The retry to come, and the milliseconds or the thing to wait for before it. */
interface Retry<N> {
  readonly attempt: number;
  readonly wait: number | N;
}

/** Decides what follows a failure. One a subscription. */
export interface RetrySchedule<N> {
  /** An attempt begins. */
  started(): void;
  /** An attempt ended in `error`. Undefined: that is the end. */
  failed(error: unknown): Retry<N> | undefined;
  /** The cause may have changed: the next failure is the first one again. */
  restart(): void;
}

/** The time comes in through `nowMs`, and is asked for only where a rule needs it. */
export function retrySchedule<N extends object>(rules: RetryRules<N>): RetrySchedule<N> {
  const { delay, maxElapsedMs, resetAfterMs } = rules;
  const elapsedMs = rules.isTimed ? steadyClock(rules.nowMs) : () => 0;
  let retries = 0;
  let previousMs = 0;
  /** The first wait of a bare function: what decorrelated jitter takes for its initial wait. */
  let firstMs = 0;
  let attemptFromMs = 0;
  /** When the series of failures began. */
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
    // A bare function has no cap but its own word: jitter never makes a wait longer than it said.
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
      // The breaker made no attempt, so none is burned, and it says itself when to come back.
      const isRefusal = error instanceof CircuitOpenError;
      const attempt = isRefusal ? Math.max(1, retries) : retries + 1;
      const isSpent = !isRefusal && attempt > rules.maxRetries;
      if (isSpent || !rules.retryIf(error, attempt)) return undefined;

      const wait = isRefusal ? clampDelay(error.retryAfterMs, 1) : waitOf(attempt, error);
      const waitMs = typeof wait === 'number' ? wait : 0;
      // A retry that could only start past the limit is not waited for.
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
