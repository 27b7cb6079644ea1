import { Observable, type OperatorFunction } from 'rxjs';

/**
 * Merges reports into the work that they are about, for as long as it lasts. They are listened to before it starts; their
 * end ends nothing, their error all.
 *
 * Not composed: of `connect`, `merge` and `takeUntil` it costs ten subscriptions, and every reload is told beside three times.
 */
export function tellBeside<T, R>(reports$: Observable<R>): OperatorFunction<T, T | R> {
  return (work$) =>
    new Observable((subscriber) => {
      subscriber.add(
        reports$.subscribe({
          next: (report) => subscriber.next(report),
          error: (error: unknown) => subscriber.error(error),
        }),
      );
      // A reader may have left with the first report.
      if (!subscriber.closed) work$.subscribe(subscriber);
    });
}
