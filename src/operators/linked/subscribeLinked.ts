import { Subscription, type Observable, type Observer, type Subscriber } from 'rxjs';

/**
 * Subscribes `observer` to `source` so that it is gone the moment `subscriber` is, and what it throws is an error of
 * `subscriber`.
 *
 * `subscriber.add(source.subscribe(observer))` links them too late: a synchronous source emits during `subscribe`, so
 * `take(3)` downstream could not stop it. RxJS takes an observer that is a `Subscription` for the subscription itself,
 * so this one is linked before the source starts, and nothing stands between the source and it.
 *
 * @source The check, `isSubscriber`: https://github.com/ReactiveX/rxjs/blob/7.8.2/src/internal/Observable.ts
 */
export function subscribeLinked<T>(
  source: Observable<T>,
  subscriber: Subscriber<unknown>,
  observer: Observer<T>,
): void {
  const linked = new Linked(subscriber, observer);
  subscriber.add(linked);
  source.subscribe(linked);
}

class Linked<T> extends Subscription implements Observer<T> {
  #isStopped = false;
  readonly #subscriber: Subscriber<unknown>;
  readonly #observer: Observer<T>;

  constructor(subscriber: Subscriber<unknown>, observer: Observer<T>) {
    super();
    this.#subscriber = subscriber;
    this.#observer = observer;
  }

  next(value: T): void {
    if (this.#isStopped) return;
    try {
      this.#observer.next(value);
    } catch (error) {
      this.#subscriber.error(error);
    }
  }

  error(error: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    try {
      this.#observer.error(error);
    } finally {
      this.unsubscribe();
    }
  }

  complete(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    try {
      this.#observer.complete();
    } catch (error) {
      this.#subscriber.error(error);
    } finally {
      this.unsubscribe();
    }
  }

  override unsubscribe(): void {
    this.#isStopped = true;
    super.unsubscribe();
  }
}
