import {
  type Observable,
  type Observer,
  Subscription,
  type SubscriptionLike,
  type TeardownLogic,
} from 'rxjs';

/** What a link needs from its reader: a `Subscriber`, or another link. */
export interface Downstream<T> extends Observer<T> {
  readonly closed: boolean;
  add(teardown: TeardownLogic): void;
  remove(teardown: Exclude<TeardownLogic, void>): void;
}

/**
 * A link between a source and its reader. RxJS treats an object that is both an observer and a subscription as a
 * subscriber, so a synchronous source stops as soon as the reader of the link unsubscribes.
 *
 * The link registers with its reader only when there is something to tear down: when the source registers with the
 * link, or when the source has not ended by the time `subscribe` returns. For a source that ends at once, no list of
 * teardowns is made, which halves the cost of a link (measured: bench/operators/resilience.md).
 */
export abstract class ChainLink<T> implements Downstream<T>, SubscriptionLike {
  /** Live: passes notifications on. Stopped: has passed on the last one. Closed: torn down. */
  protected state: 'live' | 'stopped' | 'closed' = 'live';
  /** Whether the reader tears this link down when it unsubscribes. */
  #isRegistered = false;
  /** The link above this one. Most links have no other teardown, and a field is cheaper than a list. */
  #upstream: ChainLink<unknown> | undefined;
  /** All other teardowns. The list is made when the first one is added. */
  #teardowns: Subscription | undefined;

  protected constructor(protected readonly downstream: Downstream<T>) {}

  get closed(): boolean {
    return this.state === 'closed' || this.downstream.closed;
  }

  abstract next(value: T): void;
  abstract error(error: unknown): void;
  abstract complete(): void;

  subscribeTo(source: Observable<T>): void {
    source.subscribe(this);
    this.#register();
  }

  add(teardown: TeardownLogic): void {
    if (teardown === undefined) return;
    const isClosed = this.state === 'closed';
    this.#register();
    if (teardown instanceof ChainLink && this.#upstream === undefined && !isClosed) {
      this.#upstream = teardown;
      return;
    }
    this.#teardowns ??= new Subscription();
    if (isClosed) this.#teardowns.unsubscribe(); // and `add` below runs the teardown at once
    this.#teardowns.add(teardown);
  }

  remove(teardown: Exclude<TeardownLogic, void>): void {
    if (this.#upstream === teardown) this.#upstream = undefined;
    else this.#teardowns?.remove(teardown);
  }

  unsubscribe(): void {
    if (this.state === 'closed') return;
    this.state = 'closed';
    try {
      this.#upstream?.unsubscribe();
    } finally {
      this.#teardowns?.unsubscribe();
    }
  }

  #register(): void {
    if (this.#isRegistered || this.state === 'closed') return;
    this.#isRegistered = true;
    this.downstream.add(this);
  }
}
