import { Observable, type MonoTypeOperatorFunction } from 'rxjs';

/**
 * A bulkhead: at most `count` subscriptions through it at a time, the others wait in order. A permit is given back
 * when its subscription ends, however it ends.
 *
 * A hand-written Observable, because the queue is shared between streams that know nothing of each other: `mergeMap`'s
 * `concurrent` would need them all in one.
 */
export function createPermits(count: number): <T>() => MonoTypeOperatorFunction<T> {
  let taken = 0;
  const waiting = new Set<() => void>();

  const giveBack = (): void => {
    taken -= 1;
    const [next] = waiting;
    if (next === undefined) return;
    waiting.delete(next);
    next();
  };

  return () => (source) =>
    new Observable((subscriber) => {
      const start = (): void => {
        taken += 1;
        subscriber.add(giveBack);
        source.subscribe(subscriber);
      };
      if (taken < count) {
        start();
        return;
      }
      waiting.add(start);
      subscriber.add(() => waiting.delete(start));
    });
}
