import {
  from,
  Subscription,
  type Observable,
  type ObservableInput,
  type Observer,
  type SchedulerLike,
  type Subscriber,
} from 'rxjs';
import { RetrySchedule, type RetryRules } from '../../policies/RetrySchedule.js';

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

/** One subscription of `backoffRetry`: runs attempts one after another until one completes or the schedule gives up. */
export class RetryLoop<T> {
  readonly source: Observable<T>;
  readonly downstream: Subscriber<T>;
  readonly rules: RetryLoopRules;
  #schedule: RetrySchedule<ObservableInput<unknown>> | undefined;
  #wait: Subscription | undefined;
  #isListening = false;
  #isSubscribing = false;
  #isDue = false;

  constructor(source: Observable<T>, downstream: Subscriber<T>, rules: RetryLoopRules) {
    this.source = source;
    this.downstream = downstream;
    this.rules = rules;
    // Without a time limit nothing needs the schedule before the first failure.
    if (rules.resetAfterMs !== Infinity || rules.maxElapsedMs !== Infinity) {
      this.#schedule = new RetrySchedule(rules);
    }
  }

  /** A trampoline: an attempt that fails while it is being subscribed asks for the next round, and does not nest. */
  attempt(): void {
    this.#isDue = true;
    if (this.#isSubscribing) return;
    this.#isSubscribing = true;
    while (this.#isDue && !this.downstream.closed) {
      this.#isDue = false;
      this.#schedule?.started();
      this.source.subscribe(new Attempt(this));
    }
    this.#isSubscribing = false;
  }

  /** The attempt has been torn down before this is called. */
  failed(error: unknown): void {
    try {
      this.#next(error);
    } catch (thrown) {
      this.downstream.error(thrown);
    }
  }

  #next(error: unknown): void {
    this.#schedule ??= new RetrySchedule(this.rules);
    const decision = this.#schedule.failed(error);
    if (decision._tag === 'GiveUp') {
      this.downstream.error(error);
      return;
    }
    this.#listen();
    const { attempt } = decision;
    const delayMs = decision._tag === 'Wait' ? decision.delayMs : 0;
    this.rules.onRetry?.({ attempt, delayMs, error });
    if (this.downstream.closed) return;
    if (decision._tag === 'WaitFor') this.#waitFor(decision.notifier);
    else if (delayMs <= 0) this.attempt();
    else this.#waitMs(delayMs);
  }

  #waitMs(delayMs: number): void {
    const wait = new Subscription();
    this.#begin(wait);
    wait.add(this.rules.scheduler.schedule(() => this.#end(wait), delayMs));
  }

  #waitFor(notifier: ObservableInput<unknown>): void {
    const wait = new Subscription();
    this.#begin(wait);
    wait.add(
      from(notifier).subscribe({
        next: () => this.#end(wait),
        error: (error: unknown) => {
          if (this.#wait === wait) this.downstream.error(error);
        },
        // It could have asked for another attempt and did not: this is the end.
        complete: () => {
          if (this.#wait === wait) this.downstream.complete();
        },
      }),
    );
  }

  #begin(wait: Subscription): void {
    this.#wait = wait;
    this.downstream.add(wait);
  }

  #end(wait: Subscription): void {
    if (this.#wait !== wait) return;
    this.#wait = undefined;
    wait.unsubscribe();
    this.attempt();
  }

  /** From the first failure on, and for good: what a stream replays on subscription is not news. */
  #listen(): void {
    const { retryNow$ } = this.rules;
    if (this.#isListening || retryNow$ === undefined) return;
    this.#isListening = true;
    this.downstream.add(
      retryNow$.subscribe({
        next: () => {
          if (this.#wait === undefined) return;
          this.#schedule?.restart();
          this.#end(this.#wait);
        },
        error: (error: unknown) => this.downstream.error(error),
      }),
    );
  }
}

/**
 * One attempt. RxJS takes what is both an observer and a subscription for a subscriber, so this one is in the chain before
 * the source starts: a synchronous source stops when its reader does.
 */
class Attempt<T> extends Subscription implements Observer<T> {
  readonly #loop: RetryLoop<T>;
  readonly #downstream: Subscriber<T>;
  #isStopped = false;
  #hasValue = false;

  constructor(loop: RetryLoop<T>) {
    super();
    this.#loop = loop;
    this.#downstream = loop.downstream;
    loop.downstream.add(this);
  }

  next(value: T): void {
    if (this.#isStopped) return;
    this.#hasValue = true;
    this.#downstream.next(value);
  }

  error(error: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.unsubscribe();
    this.#loop.failed(error);
  }

  complete(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.#loop.rules.budget?.deposit();
    this.#downstream.complete();
    this.unsubscribe();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    // A reader that left after a value had what it came for.
    if (!this.#isStopped && this.#hasValue) this.#loop.rules.budget?.deposit();
    this.#isStopped = true;
    super.unsubscribe();
  }
}
