import { asyncScheduler, defer, map, type Observable, type SchedulerLike, toArray } from 'rxjs';

/** A moment of a stream: milliseconds from the subscription, and what came. */
export type Moment = readonly [ms: number, label: string];

/**
 * All values of a stream with their times, as one list when it completes. For tests of runs that marbles cannot say: a group `(ab)` is
 * four frames wide, and what comes within its width cannot be drawn.
 *
 * @param source$ - A stream that completes.
 * @param label - What a value is called in the list.
 * @param scheduler - Whose time it is. Default: RxJS's `asyncScheduler`, which is virtual inside `TestScheduler.run`.
 *
 * @example
 * ```ts
 * const clock = new VirtualTimeScheduler(); // of RxJS
 * await lastValueFrom(timeline(of('a', 'b'), (value) => value, clock)); // => [[0, 'a'], [0, 'b']]
 * ```
 */
export function timeline<T>(
  source$: Observable<T>,
  label: (value: T) => string,
  scheduler: SchedulerLike = asyncScheduler,
): Observable<readonly Moment[]> {
  return defer(() => {
    const fromMs = scheduler.now();
    return source$.pipe(
      map((value): Moment => [scheduler.now() - fromMs, label(value)]),
      toArray(),
    );
  });
}
