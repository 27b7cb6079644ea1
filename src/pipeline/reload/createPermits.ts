import {
  asyncScheduler,
  Observable,
  type MonoTypeOperatorFunction,
  type SchedulerLike,
} from 'rxjs';

/**
 * A bulkhead: at most `count` subscriptions through it at a time, the others wait in order. A permit is given back
 * when its subscription ends, however it ends. Who waited starts in a turn of its own, so that what the one before
 * ended in has been told by then.
 *
 * A hand-written Observable, because the queue is shared between streams that know nothing of each other: `mergeMap`'s
 * `concurrent` would need them all in one.
 */
export function createPermits(
  count: number,
  scheduler: SchedulerLike = asyncScheduler,
): <T>() => MonoTypeOperatorFunction<T> {
  let taken = 0;
  const waiting = new Set<() => void>();

  const giveBack = (): void => {
    const [next] = waiting;
    if (next === undefined) {
      taken -= 1;
      return;
    }
    waiting.delete(next); // the permit passes to it, so that no newcomer comes between
    next();
  };

  return () => (source) =>
    new Observable((subscriber) => {
      if (taken < count) {
        taken += 1;
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
