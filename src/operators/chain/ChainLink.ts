import {
  Subscription,
  type Observable,
  type Observer,
  type SubscriptionLike,
  type TeardownLogic,
} from 'rxjs';

/** What a link needs of its reader: a `Subscriber`, or another link. */
export interface Downstream<T> extends Observer<T> {
  readonly closed: boolean;
  add(teardown: TeardownLogic): void;
  remove(teardown: Exclude<TeardownLogic, void>): void;
}

/**
 * A link between a source and its reader. RxJS takes what is both an observer and a subscription for a subscriber, so a
 * synchronous source stops as soon as the reader of the link does.
 *
 * The link registers with its reader only when there is something to stop: when the source registers with the link, or has
 * not ended once it was subscribed. A source that ends at once then costs no list of teardowns on the way, which halves the
 * price of a link (measured: bench/operators/resilience.md).
 */
export abstract class ChainLink<T> implements Downstream<T>, SubscriptionLike {
  /** After the last notification. */
  protected isStopped = false;
  private isEnded = false;
  private isRegistered = false;
  /** Most links have one neighbour upstream: a field does what a list would. */
  private upstream: ChainLink<unknown> | undefined = undefined;
  private teardowns: Subscription | undefined = undefined;

  protected constructor(protected readonly downstream: Downstream<T>) {}

  get closed(): boolean {
    return this.isEnded || this.downstream.closed;
  }

  abstract next(value: T): void;
  abstract error(error: unknown): void;
  abstract complete(): void;

  subscribeTo(source: Observable<T>): void {
    source.subscribe(this);
    if (!this.isEnded) this.register();
  }

  add(teardown: TeardownLogic): void {
    if (teardown === undefined) return;
    this.register();
    if (teardown instanceof ChainLink && this.upstream === undefined && !this.isEnded) {
      this.upstream = teardown;
      return;
    }
    this.teardowns ??= new Subscription();
    if (this.isEnded) this.teardowns.unsubscribe();
    this.teardowns.add(teardown);
  }

  remove(teardown: Exclude<TeardownLogic, void>): void {
    if (this.upstream === teardown) this.upstream = undefined;
    else this.teardowns?.remove(teardown);
  }

  unsubscribe(): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.isStopped = true;
    try {
      this.upstream?.unsubscribe();
    } finally {
      this.teardowns?.unsubscribe();
    }
  }

  private register(): void {
    if (this.isRegistered || this.isEnded) return;
    this.isRegistered = true;
    this.downstream.add(this);
  }
}
