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
  retrySchedule,
  type RetrySchedule,
} from '../../policies/retry/retrySchedule.js';
import { ChainLink, type Downstream } from '../chain/ChainLink.js';

/**
 * Subscribes `source` for `downstream`, again and again until an attempt completes or the rules say that it is enough.
 * The loop that waits and counts is made at the first failure: an attempt that succeeds does not pay for it.
 */
export function runAttempts<T>(
  source: Observable<T>,
  downstream: Downstream<T>,
  rules: RetryLoopRules,
): void {
  if (rules.isTimed) new RetryLoop(source, downstream, rules).attempt();
  else new Attempt(source, downstream, rules, undefined).start();
}

/** Counts failures, waits, and starts the next attempt. One a subscription. */
class RetryLoop<T> {
  private readonly schedule: RetrySchedule<ObservableInput<unknown>>;
  private wait: Subscription | undefined;
  private isListening = false;
  private isSubscribing = false;
  private isDue = false;
  /** What `retryNow$` said while there was no wait. */
  private earlyCount = 0;

  constructor(
    private readonly source: Observable<T>,
    private readonly downstream: Downstream<T>,
    private readonly rules: RetryLoopRules,
  ) {
    this.schedule = retrySchedule(rules);
  }

  /** A trampoline: an attempt that fails while it is being subscribed asks for the next one, and does not nest. */
  attempt(): void {
    this.isDue = true;
    if (!this.isSubscribing) this.goOn();
  }

  /** Until `goOn`, an attempt is being subscribed. */
  hold(): void {
    this.isSubscribing = true;
  }

  goOn(): void {
    this.isSubscribing = true;
    while (this.isDue && !this.downstream.closed) {
      this.isDue = false;
      this.schedule.started();
      new Attempt(this.source, this.downstream, this.rules, this).start();
    }
    this.isSubscribing = false;
  }

  failed(attempt: Attempt<T>, error: unknown): void {
    try {
      this.decide(attempt, error);
    } catch (thrown) {
      this.downstream.error(thrown);
    }
    attempt.unsubscribe();
  }

  private decide(failed: Attempt<T>, error: unknown): void {
    const retry = this.schedule.failed(error);
    if (retry === undefined) {
      this.downstream.error(error);
      return;
    }
    // Torn down before anything that could start the next one.
    failed.unsubscribe();
    this.downstream.remove(failed);
    this.listen();
    const { attempt, wait } = retry;
    const delayMs = typeof wait === 'number' ? wait : 0;
    const { earlyCount } = this;
    this.rules.onRetry?.({ attempt, delayMs, error });
    const isCut = this.earlyCount > earlyCount; // in `onRetry`: the wait is over before it begins
    if (isCut) this.schedule.restart();
    if (isCut || wait === 0) this.attempt();
    else this.waitFor(typeof wait === 'number' ? timer(wait, this.rules.scheduler) : from(wait));
  }

  private waitFor(due$: Observable<unknown>): void {
    const { downstream } = this;
    if (downstream.closed) return;
    const wait = new Subscription();
    const ifWaiting =
      <A>(then: (argument: A) => void) =>
      (argument: A): void => {
        if (this.wait === wait) then(argument);
      };
    this.wait = wait;
    downstream.add(wait);
    wait.add(
      due$.subscribe({
        next: ifWaiting(() => this.endWait()),
        error: ifWaiting((error: unknown) => downstream.error(error)),
        // It could have asked for another attempt and did not: this is the end.
        complete: ifWaiting<void>(() => downstream.complete()),
      }),
    );
  }

  private endWait(): void {
    const { wait } = this;
    this.wait = undefined;
    wait?.unsubscribe();
    this.attempt();
  }

  /** From the first failure on, and for good: what a stream replays on subscription is not news. */
  private listen(): void {
    const { retryNow$ } = this.rules;
    if (this.isListening || retryNow$ === undefined) return;
    this.isListening = true;
    this.downstream.add(
      retryNow$.subscribe({
        next: () => {
          if (this.wait === undefined) {
            this.earlyCount += 1;
            return;
          }
          this.schedule.restart();
          this.endWait();
        },
        error: (error: unknown) => this.downstream.error(error),
      }),
    );
  }
}

/** One attempt: passes on what the source says, and hands its error to the loop. */
class Attempt<T> extends ChainLink<T> {
  private hasValue = false;
  /** The first attempt, while it is being subscribed. */
  private isFirst: boolean;

  constructor(
    private readonly source: Observable<T>,
    downstream: Downstream<T>,
    private readonly rules: RetryLoopRules,
    private loop: RetryLoop<T> | undefined,
  ) {
    super(downstream);
    this.isFirst = loop === undefined;
  }

  start(): void {
    this.subscribeTo(this.source);
    if (!this.isFirst) return;
    this.isFirst = false;
    // It failed meanwhile: the loop may go on now.
    this.loop?.goOn();
  }

  next(value: T): void {
    if (this.isStopped) return;
    this.hasValue = true;
    this.downstream.next(value);
    if (this.downstream.closed) this.unsubscribe();
  }

  error(error: unknown): void {
    if (this.isStopped) return;
    if (this.downstream.closed) {
      this.unsubscribe();
      return;
    }
    this.isStopped = true;
    if (this.loop === undefined) {
      this.loop = new RetryLoop(this.source, this.downstream, this.rules);
      if (this.isFirst) this.loop.hold();
    }
    this.loop.failed(this, error);
  }

  complete(): void {
    if (this.isStopped) return;
    if (!this.downstream.closed) {
      this.isStopped = true;
      this.rules.budget?.deposit();
      this.downstream.complete();
    }
    this.unsubscribe();
  }

  override unsubscribe(): void {
    // A reader that left after a value had what it came for.
    if (!this.isStopped && this.hasValue) this.rules.budget?.deposit();
    super.unsubscribe();
  }
}

/** What `backoffRetry` runs by, checked: the rules of the schedule, and what only a stream can obey. */
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
