import { type Observer, type Subscriber, Subscription } from 'rxjs';

/**
 * The observer of an operator's source. It ends as soon as the operator's reader unsubscribes, and an exception in it
 * becomes an error for the reader.
 *
 * `out.add(source.subscribe({ next, error, complete }))` links the source to the reader too late: a synchronous source
 * emits during `subscribe`, so `take(3)` downstream could not stop it. RxJS uses an observer that is a `Subscription`
 * as the subscription itself. So this observer is linked before the source starts, and RxJS puts no other subscriber
 * between the source and it.
 *
 * A class, since ten thousand keys have ten thousand of these, and methods cost nothing per instance.
 *
 * @source The check, `isSubscriber`: https://github.com/ReactiveX/rxjs/blob/7.8.2/src/internal/Observable.ts
 */
export abstract class LinkedObserver<T, R> extends Subscription implements Observer<T> {
  /** After the last notification, or once unsubscribed. */
  #isStopped = false;

  constructor(protected readonly out: Subscriber<R>) {
    super();
  }

  protected abstract onNext(value: T): void;
  protected abstract onComplete(): void;

  next(value: T): void {
    if (this.#isStopped) return;
    try {
      this.onNext(value);
    } catch (error) {
      this.out.error(error);
    }
  }

  error(error: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    this.out.error(error);
    this.unsubscribe();
  }

  complete(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    try {
      this.onComplete();
    } catch (error) {
      this.out.error(error);
    }
    this.unsubscribe();
  }

  override unsubscribe(): void {
    this.#isStopped = true;
    super.unsubscribe();
  }
}
