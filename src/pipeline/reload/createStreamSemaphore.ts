import {
  asyncScheduler,
  type MonoTypeOperatorFunction,
  Observable,
  type SchedulerLike,
} from 'rxjs';

/**
 * A semaphore for subscriptions: at most `permitCount` run at a time, the others wait in order. `createSemaphore` in
 * `model/concurrency` is the same for promises.
 *
 * A subscription gives its permit back when it ends, however it ends. A subscription that waited starts in a later turn
 * of the scheduler. By then, all events that the ended subscription caused have been emitted.
 *
 * A hand-written Observable, because separate streams share the queue: `mergeMap`'s `concurrent` would need all of them
 * in one stream.
 */
export function createStreamSemaphore(
  permitCount: number,
  scheduler: SchedulerLike = asyncScheduler,
): <T>() => MonoTypeOperatorFunction<T> {
  let takenCount = 0;
  const waiting = new Set<() => void>();

  const giveBack = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      takenCount -= 1;
      return;
    }
    // The permit stays taken and passes to the next waiting subscription, so that a new one cannot take it first.
    waiting.delete(next);
    next();
  };

  return () => (source) =>
    new Observable((subscriber) => {
      if (takenCount < permitCount) {
        takenCount += 1;
        subscriber.add(giveBack);
        source.subscribe(subscriber);
        return;
      }
      const startLater = (): void => {
        subscriber.add(giveBack);
        subscriber.add(scheduler.schedule(() => source.subscribe(subscriber)));
      };
      waiting.add(startLater);
      subscriber.add(() => waiting.delete(startLater));
    });
}
