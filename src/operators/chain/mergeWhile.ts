import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Merges `other$` into the work for as long as the work lasts. `other$` is subscribed first, so nothing that it emits while the
 * work starts is missed. When `other$` completes, the work goes on; when it fails, the result fails.
 *
 * Not composed: `connect`, `merge` and `takeUntil` would make ten subscriptions, and each reload merges three times.
 */
export function mergeWhile<T, R>(other$: Observable<R>): OperatorFunction<T, T | R> {
  return (work$) =>
    new Observable((subscriber) => {
      subscriber.add(
        other$.subscribe({
          next: (value) => subscriber.next(value),
          error: (error: unknown) => subscriber.error(error),
        }),
      );
      // The reader may have unsubscribed on the first value of `other$`.
      if (!subscriber.closed) work$.subscribe(subscriber);
    });
}
