import { Subscription, type Observer, type Subscriber } from 'rxjs';

/**
 * The observer of an operator's source: gone the moment the operator's `subscriber` is, and what it throws is an error
 * of that.
 *
 * `subscriber.add(source.subscribe({ next, error, complete }))` links them too late: a synchronous source emits during
 * `subscribe`, so `take(3)` downstream could not stop it. RxJS takes an observer that is a `Subscription` for the
 * subscription itself, so this one is linked before the source starts, and nothing stands between the source and it.
 *
 * A class, as few things here are: ten thousand keys have ten thousand of these, and methods cost nothing each.
 *
 * @source The check, `isSubscriber`: https://github.com/ReactiveX/rxjs/blob/7.8.2/src/internal/Observable.ts
 */
export abstract class LinkedObserver<T> extends Subscription implements Observer<T> {
  private isStopped = false;

  constructor(protected readonly subscriber: Subscriber<unknown>) {
    super();
  }

  protected abstract onNext(value: T): void;
  protected abstract onComplete(): void;
  protected onError(error: unknown): void {
    this.subscriber.error(error);
  }

  next(value: T): void {
    if (this.isStopped) return;
    try {
      this.onNext(value);
    } catch (error) {
      this.subscriber.error(error);
    }
  }

  error(error: unknown): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.onError(error);
    this.unsubscribe();
  }

  complete(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    try {
      this.onComplete();
    } catch (error) {
      this.subscriber.error(error);
    }
    this.unsubscribe();
  }

  override unsubscribe(): void {
    this.isStopped = true;
    super.unsubscribe();
  }
}
