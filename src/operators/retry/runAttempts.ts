import {
  from,
  type Observable,
  type ObservableInput,
  type SchedulerLike,
  Subscription,
  timer,
} from 'rxjs';
import {
  type RetryRules,
  type RetrySchedule,
  retrySchedule,
} from '../../policies/retry/retrySchedule.js';
import { ChainLink, type Downstream } from '../chain/ChainLink.js';

/** The checked options of `backoffRetry`: the rules of the schedule, and the options that need a stream. */
export interface RetryLoopRules extends RetryRules<ObservableInput<unknown>> {
  readonly retryNow$?: Observable<unknown> | undefined;
  readonly onRetry?:
    | ((info: {
        readonly attempt: number;
        readonly delayMs: number;
        readonly error: unknown;
      }) => void)
    | undefined;
  readonly scheduler: SchedulerLike;
}

/**
 * Subscribes to `source` for `downstream`, again and again, until an attempt completes or the rules allow no further
 * one. The loop is made at the first failure, so a first attempt that succeeds does not pay for it. Rules that need the
 * time of the first attempt need the loop from the start.
 */
export function runAttempts<T>(
  source: Observable<T>,
  downstream: Downstream<T>,
  rules: RetryLoopRules,
): void {
  if (rules.isTimed) new RetryLoop(source, downstream, rules, false).retry();
  else new Attempt(source, downstream, rules, undefined).start();
}

/**
 * Waits after a failure and starts the next attempt. One per subscription.
 *
 * - *Called*: an attempt is under way.
 * - *Waiting*: it failed. The next one comes after the wait, or when `retryNow$` emits.
 * - *Retrying*: the wait is over. The next attempt starts as soon as nothing of the last one is on the call stack.
 *
 * ```text
 * Called ──fails──▶ Waiting ──wait ends, retryNow$──▶ Retrying ──call stack is free──▶ Called
 * ```
 *
 * It ends when it closes `downstream`, from any state.
 */
class RetryLoop<T> {
  #state: 'called' | 'waiting' | 'retrying' = 'called';
  /** The timer or Observable of the newest wait; closed when that wait is over. */
  #wait: Subscription | undefined;
  /** Whether `retryNow$` is subscribed to. That happens once, at the first failure. */
  #isListening = false;
  readonly #schedule: RetrySchedule<ObservableInput<unknown>>;

  constructor(
    private readonly source: Observable<T>,
    private readonly downstream: Downstream<T>,
    private readonly rules: RetryLoopRules,
    /**
     * Whether an attempt, or a failure, is on the call stack. If so, a retry starts only when the stack is free, so
     * that calls do not nest.
     */
    private isOnStack: boolean,
  ) {
    this.#schedule = retrySchedule(rules);
  }

  /** The wait is over, or there is none. */
  retry(): void {
    this.#state = 'retrying';
    this.#wait?.unsubscribe();
    if (!this.isOnStack) this.run();
  }

  /** Starts attempts, one after the other as long as they fail at once. Called when the stack is free. */
  run(): void {
    this.isOnStack = true;
    while (this.#state === 'retrying' && !this.downstream.closed) {
      this.#state = 'called';
      this.#schedule.started();
      new Attempt(this.source, this.downstream, this.rules, this).start();
    }
    this.isOnStack = false;
  }

  failed(attempt: Attempt<T>, error: unknown): void {
    const isNested = this.isOnStack;
    this.isOnStack = true;
    try {
      this.#prepareRetry(attempt, error);
    } catch (thrown) {
      this.downstream.error(thrown);
    }
    attempt.unsubscribe();
    if (!isNested) this.run();
  }

  #prepareRetry(failed: Attempt<T>, error: unknown): void {
    const retry = this.#schedule.failed(error);
    if (retry === undefined) {
      this.downstream.error(error);
      return;
    }
    // Torn down before anything that could start the next attempt.
    failed.unsubscribe();
    this.downstream.remove(failed);
    this.#listen();
    const { attempt, wait } = retry;
    const delayMs = typeof wait === 'number' ? wait : 0;
    this.#state = 'waiting';
    this.rules.onRetry?.({ attempt, delayMs, error });
    if (this.#isWaiting()) {
      if (wait === 0) this.retry();
      else this.#waitFor(typeof wait === 'number' ? timer(wait, this.rules.scheduler) : from(wait));
    }
  }

  /**
   * A method, because `onRetry` may have made `retryNow$` emit and so changed the state, which the compiler does not
   * know.
   */
  #isWaiting(): boolean {
    return this.#state === 'waiting' && !this.downstream.closed;
  }

  #waitFor(due$: Observable<unknown>): void {
    const { downstream } = this;
    const wait = new Subscription();
    this.#wait = wait;
    downstream.add(wait);
    wait.add(
      due$.subscribe({
        next: () => this.retry(),
        // A synchronous `due$` goes on after its first value has ended the wait. Its later error or completion is
        // ignored.
        error: (error: unknown) => {
          if (!wait.closed) downstream.error(error);
        },
        // `due$` completed without asking for another attempt, so the stream ends.
        complete: () => {
          if (!wait.closed) downstream.complete();
        },
      }),
    );
  }

  #listen(): void {
    const { retryNow$ } = this.rules;
    if (this.#isListening || retryNow$ === undefined) return;
    this.#isListening = true;
    this.downstream.add(
      retryNow$.subscribe({
        // A value that `retryNow$` replays on subscription arrives in the state Called. It is old, so it is ignored.
        next: () => {
          if (this.#state !== 'waiting') return;
          this.#schedule.restart();
          this.retry();
        },
        error: (error: unknown) => this.downstream.error(error),
      }),
    );
  }
}

/** One attempt: passes on what the source emits, and gives its error to the loop. */
class Attempt<T> extends ChainLink<T> {
  /** Unsubscribing after a value counts as a success, which pays into the budget. */
  #hasValue = false;
  /**
   * Whether this is the first attempt and its `subscribe` call has not returned yet. A loop that is made meanwhile must
   * wait until it has returned.
   */
  #isStarting: boolean;

  constructor(
    private readonly source: Observable<T>,
    downstream: Downstream<T>,
    private readonly rules: RetryLoopRules,
    private loop: RetryLoop<T> | undefined,
  ) {
    super(downstream);
    this.#isStarting = loop === undefined;
  }

  start(): void {
    this.subscribeTo(this.source);
    if (!this.#isStarting) return;
    this.#isStarting = false;
    this.loop?.run();
  }

  next(value: T): void {
    if (this.state !== 'live') return;
    this.#hasValue = true;
    this.downstream.next(value);
    if (this.downstream.closed) this.unsubscribe();
  }

  error(error: unknown): void {
    if (this.state !== 'live') return;
    if (this.downstream.closed) {
      this.unsubscribe();
      return;
    }
    this.state = 'stopped';
    this.loop ??= new RetryLoop(this.source, this.downstream, this.rules, this.#isStarting);
    this.loop.failed(this, error);
  }

  complete(): void {
    if (this.state !== 'live') return;
    if (!this.downstream.closed) {
      this.state = 'stopped';
      this.rules.budget?.deposit();
      this.downstream.complete();
    }
    this.unsubscribe();
  }

  override unsubscribe(): void {
    if (this.state === 'live' && this.#hasValue) this.rules.budget?.deposit();
    super.unsubscribe();
  }
}
