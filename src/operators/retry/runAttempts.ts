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

/** What `backoffRetry` runs by, checked: the rules of the schedule, and what needs a stream. */
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
 * Subscribes to `source` for `downstream`, again and again, until an attempt completes or the rules allow no further one.
 * The loop is made at the first failure, so an attempt that succeeds does not pay for it; rules that need the time of the first
 * attempt need the loop from the start.
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
  /** From the first failure on `retryNow$` is subscribed to, once and for good. */
  #isListening = false;
  readonly #schedule: RetrySchedule<ObservableInput<unknown>>;

  constructor(
    private readonly source: Observable<T>,
    private readonly downstream: Downstream<T>,
    private readonly rules: RetryLoopRules,
    /** Whether an attempt, or a failure, is on the call stack: a retry then starts when the stack is free, and does not nest. */
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

  /** A method, since `onRetry` may have made `retryNow$` emit, which the compiler does not know. */
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
        // A synchronous `due$` goes on after its first value, which has ended the wait: what it emits then does not count.
        error: (error: unknown) => {
          if (!wait.closed) downstream.error(error);
        },
        // It could have asked for another attempt and did not: this is the end.
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
        // What it replays on subscription comes in the state Called, and is no news.
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
  /** A reader that unsubscribes after a value is a success, which pays into the budget. */
  #hasValue = false;
  /** Whether this attempt, the first one, is being subscribed: a loop made meanwhile must wait until that has returned. */
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
