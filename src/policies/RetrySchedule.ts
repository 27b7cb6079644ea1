import { CircuitOpenError } from './CircuitOpenError.js';
import { exponential } from './exponential.js';
import { jitterDelay, type Jitter } from './jitterDelay.js';
import { longestDelayMs } from './longestDelayMs.js';
import type { RetryBudget } from './retryBudget.js';
import { SteadyClock } from './SteadyClock.js';

/** `N` is what a delay may return besides a number: something to wait for. */
export interface RetryRules<N> {
  readonly delay: (attempt: number, error: unknown, previousMs: number) => number | undefined | N;
  readonly maxRetries: number;
  readonly jitter: Jitter;
  readonly random: () => number;
  readonly retryIf: (error: unknown, attempt: number) => boolean;
  readonly resetAfterMs: number;
  readonly maxElapsedMs: number;
  readonly budget?: RetryBudget | undefined;
  readonly nowMs: () => number;
}

export type RetryDecision<N> =
  | { readonly _tag: 'GiveUp' }
  | { readonly _tag: 'Wait'; readonly attempt: number; readonly delayMs: number }
  | { readonly _tag: 'WaitFor'; readonly attempt: number; readonly notifier: N };

const giveUp = { _tag: 'GiveUp' } as const;
const defaultCurve = exponential();

/**
 * Decides what follows a failure: another attempt, and after how long, or the end. One schedule a subscription; the time
 * comes in through `nowMs`, and is asked for only where a rule needs it.
 */
export class RetrySchedule<N extends object> {
  readonly #rules: RetryRules<N>;
  readonly #isTimed: boolean;
  readonly #clock: SteadyClock;
  #retries = 0;
  #previousMs = 0;
  /** The first wait of a bare function: what decorrelated jitter takes for its initial wait. */
  #firstMs = 0;
  #attemptFromMs = 0;
  /** When the series of failures began. */
  #seriesFromMs = 0;

  constructor(rules: RetryRules<N>) {
    this.#rules = rules;
    this.#isTimed = rules.resetAfterMs !== Infinity || rules.maxElapsedMs !== Infinity;
    this.#clock = new SteadyClock(rules.nowMs);
    if (this.#isTimed) this.#clock.elapsedMs();
  }

  /** An attempt begins. */
  started(): void {
    if (this.#isTimed) this.#attemptFromMs = this.#clock.elapsedMs();
  }

  /** An attempt ended in `error`. */
  failed(error: unknown): RetryDecision<N> {
    const rules = this.#rules;
    if (this.#isTimed && this.#clock.elapsedMs() - this.#attemptFromMs >= rules.resetAfterMs) {
      this.restart();
    }
    if (error instanceof CircuitOpenError) return this.#refused(error);

    const attempt = this.#retries + 1;
    if (attempt > rules.maxRetries || !rules.retryIf(error, attempt)) return giveUp;
    const delay = rules.delay(attempt, error, this.#previousMs) ?? defaultCurve(attempt);
    const decision = this.#wait(attempt, delay);
    if (this.#isTooLate(decision)) return giveUp;
    if (rules.budget?.withdraw() === false) return giveUp;
    this.#retries = attempt;
    if (decision._tag === 'Wait') this.#previousMs = decision.delayMs;
    return decision;
  }

  /** The cause may have changed: the next failure is the first one again. */
  restart(): void {
    this.#retries = 0;
    this.#previousMs = 0;
    this.#firstMs = 0;
    if (this.#isTimed) this.#seriesFromMs = this.#clock.elapsedMs();
  }

  /** The breaker made no attempt, so none is burned, and it says itself when to come back. */
  #refused(error: CircuitOpenError): RetryDecision<N> {
    const attempt = Math.max(1, this.#retries);
    if (!this.#rules.retryIf(error, attempt)) return giveUp;
    const decision = {
      _tag: 'Wait',
      attempt,
      delayMs: Math.min(longestDelayMs, Math.max(1, error.retryAfterMs)),
    } as const;
    return this.#isTooLate(decision) ? giveUp : decision;
  }

  #wait(attempt: number, delay: number | N): RetryDecision<N> {
    if (typeof delay !== 'number') return { _tag: 'WaitFor', attempt, notifier: delay };
    if (Number.isNaN(delay)) {
      throw new RangeError(`backoffRetry: delay returned NaN for attempt ${attempt}`);
    }
    if (attempt === 1) this.#firstMs = delay;
    // A bare function has no cap but its own word: jitter never makes a wait longer than it said.
    const { initialMs = this.#firstMs, maxMs = delay } = boundsOf(this.#rules.delay);
    const input = { delayMs: delay, previousMs: this.#previousMs, initialMs, maxMs };
    const delayMs = jitterDelay(this.#rules.jitter, input, this.#rules.random);
    return { _tag: 'Wait', attempt, delayMs };
  }

  /** A retry that could only start past the limit is not waited for. */
  #isTooLate(decision: RetryDecision<N>): boolean {
    const waitMs = decision._tag === 'Wait' ? decision.delayMs : 0;
    return (
      this.#isTimed &&
      this.#clock.elapsedMs() - this.#seriesFromMs + waitMs > this.#rules.maxElapsedMs
    );
  }
}

function boundsOf(delay: object): { readonly initialMs?: number; readonly maxMs?: number } {
  return 'initialMs' in delay &&
    'maxMs' in delay &&
    isNumber(delay.initialMs) &&
    isNumber(delay.maxMs)
    ? { initialMs: delay.initialMs, maxMs: delay.maxMs }
    : {};
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number';
}
