import { Observable, type Observer, type Subscriber } from 'rxjs';

/**
 * Subscribes `observer` to `source` so that it is gone the moment `subscriber` is.
 *
 * `subscriber.add(source.subscribe(observer))` links them too late: a synchronous source emits during `subscribe`, so
 * `take(3)` downstream could not stop it. Here the inner subscriber exists, and is linked, before the source starts.
 *
 * @source The hidden `operate` of RxJS 7 does the same with a constructor that is not public:
 *   https://github.com/ReactiveX/rxjs/blob/7.8.2/src/internal/operators/OperatorSubscriber.ts
 */
export function subscribeLinked<T>(
  source: Observable<T>,
  subscriber: Subscriber<unknown>,
  observer: Observer<T>,
): void {
  new Observable<T>((inner) => {
    subscriber.add(inner);
    source.subscribe(inner);
  }).subscribe(observer);
}
