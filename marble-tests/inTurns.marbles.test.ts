import { concat, mergeMap, NEVER, of, range, Subject, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it, vi } from 'vitest';
import { inTurns } from '../src/pipeline/stream/inTurns.js';

/** Runs with frames of a millisecond, and gives when each value came, and when it ended. */
function told(count: number, after: 'complete' | 'error' | 'never' = 'complete') {
  const scheduler = new TestScheduler(() => undefined);
  const values: (readonly [number, number])[] = [];
  let end = '';
  scheduler.run(({ cold }) => {
    const last = { complete: of<number>(), error: throwError(() => 'broken'), never: NEVER };
    cold('--a|')
      .pipe(
        mergeMap(() => concat(range(0, count), last[after])),
        inTurns(scheduler),
      )
      .subscribe({
        next: (value) => values.push([value, scheduler.now()]),
        error: (error: unknown) => (end = `${String(error)} at ${scheduler.now()}`),
        complete: () => (end = `complete at ${scheduler.now()}`),
      });
  });
  return { values, end };
}

describe('inTurns', () => {
  it.each([1, 7, 8, 9, 15, 16, 17, 32, 33, 1_000])(
    '%i values of one frame pass in their order, in that frame, and then it ends',
    (count) => {
      const { values, end } = told(count);
      expect(values).toEqual(Array.from({ length: count }, (_, i) => [i, 2]));
      expect(end).toBe('complete at 3');
    },
  );

  it('an error passes at once, before what waits', () => {
    const { values, end } = told(100, 'error');
    expect(values.length).toBe(16);
    expect(end).toBe('broken at 2');
  });

  it('few values cost no timer', () => {
    const scheduler = new TestScheduler(() => undefined);
    const timers = vi.spyOn(scheduler, 'schedule');
    concat(range(0, 7), NEVER).pipe(inTurns(scheduler)).subscribe().unsubscribe();
    expect(timers).toHaveBeenCalledTimes(0);
    concat(range(0, 1_000), NEVER).pipe(inTurns(scheduler)).subscribe().unsubscribe();
    expect(timers).toHaveBeenCalledTimes(1);
  });

  it('keeps nothing of the turns that are over', () => {
    const scheduler = new TestScheduler(() => undefined);
    scheduler.run(({ flush }) => {
      const source = new Subject<number>();
      const reader = source.pipe(inTurns(scheduler)).subscribe();
      const kept = (): unknown[] => Reflect.get(reader, '_finalizers');
      const before = kept().length;
      for (let turn = 0; turn < 100; turn += 1) {
        for (let i = 0; i < 50; i += 1) source.next(i);
        flush();
      }
      expect(kept().length).toBe(before);
    });
  });

  it('who leaves while values wait gets none of them', () => {
    const scheduler = new TestScheduler(() => undefined);
    const seen: number[] = [];
    scheduler.run(({ flush }) => {
      const reader = range(0, 100)
        .pipe(inTurns(scheduler))
        .subscribe((value) => seen.push(value));
      reader.unsubscribe();
      flush();
    });
    expect(seen.length).toBe(16);
  });
});
