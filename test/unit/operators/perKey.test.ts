import {
  debounceTime,
  finalize,
  groupBy,
  mergeMap,
  type OperatorFunction,
  of,
  Subject,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';
import { perKey } from '../../../src/operators/perKey.js';

it.each([
  [-1, 'perKey: idleMs (-1) is less than 0'],
  [NaN, 'perKey: idleMs (NaN) is not a number of at least 0'],
  [2 ** 31, 'perKey: idleMs (2147483648) is more than 2147483647'],
])('throws for idleMs %d when the operator is called', (idleMs, why) => {
  expect(() => perKey(String, (values$) => values$, { idleMs })).toThrow(why);
});

it.each([0, 2 ** 31 - 1, Infinity])('accepts idleMs %d', (idleMs) => {
  expect(() => perKey(String, (values$) => values$, { idleMs })).not.toThrow();
});

describe('1,000 keys, each seen twice and then left (rxjs#5309)', () => {
  /** The sub-pipelines that still run, and the tasks that are still scheduled, when all is quiet. */
  const left = (
    operator: (
      clock: VirtualTimeScheduler,
      live: { count: number },
    ) => OperatorFunction<number, number>,
  ): { keys: number; tasks: number } => {
    const clock = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<number>();
    const live = { count: 0 };
    source.pipe(operator(clock, live)).subscribe();
    for (const atMs of [0, 10]) {
      clock.schedule(() => {
        for (let key = 0; key < 1000; key++) source.next(key);
      }, atMs);
    }
    clock.flush();
    return { keys: live.count, tasks: clock.actions.length };
  };

  it('stay for ever with groupBy and debounceTime', () => {
    const grouped = left(
      (clock, live) => (source) =>
        source.pipe(
          groupBy((key) => key),
          mergeMap((values$) => {
            live.count++;
            return values$.pipe(
              debounceTime(20, clock),
              finalize(() => live.count--),
            );
          }),
        ),
    );
    expect(grouped.keys).toBe(1000);
  });

  it('are gone with perKey, and its timer too', () => {
    const freed = left((scheduler, live) =>
      perKey(
        (key) => key,
        (values$) => {
          live.count++;
          return values$.pipe(
            debounceAdaptive({ minMs: 20, scheduler }),
            finalize(() => live.count--),
          );
        },
        { idleMs: 50, scheduler },
      ),
    );
    expect(freed).toEqual({ keys: 0, tasks: 0 });
  });
});

it('has one task for all idle keys, and none once no key is left', () => {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const source = new Subject<number>();
  source
    .pipe(
      perKey(
        (n) => n,
        (values$) => values$,
        { idleMs: 10, scheduler },
      ),
    )
    .subscribe();

  for (let n = 0; n < 100; n++) source.next(n);
  expect(scheduler.actions).toHaveLength(1);
  scheduler.flush();
  expect(scheduler.actions).toHaveLength(0);
});

it('has no task when no key is to be freed, nor after the source has completed', () => {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const source = new Subject<number>();
  const keep = { idleMs: Infinity, scheduler };
  source
    .pipe(
      perKey(
        (n) => n,
        (values$) => values$,
        keep,
      ),
    )
    .subscribe();
  source.next(1);
  expect(scheduler.actions).toHaveLength(0);

  of(1, 2)
    .pipe(
      perKey(
        (n) => n,
        (values$) => values$,
        { idleMs: 10, scheduler },
      ),
    )
    .subscribe();
  expect(scheduler.actions).toHaveLength(0);
});

it('gives pipeline the key', () => {
  const keys: unknown[] = [];
  of('a', 'b', 'a')
    .pipe(
      perKey(
        (v) => v,
        (values$, key) => {
          keys.push(key);
          return values$;
        },
      ),
    )
    .subscribe();
  expect(keys).toEqual(['a', 'b']);
});

it('treats 0 and the empty text like any other key', () => {
  const seen: unknown[] = [];
  of(0, 1)
    .pipe(
      perKey(
        (n) => n,
        (values$) => values$,
      ),
    )
    .subscribe((n) => seen.push(n));
  of('')
    .pipe(
      perKey(
        (s) => s,
        (values$) => values$,
      ),
    )
    .subscribe((s) => seen.push(s));
  expect(seen).toEqual([0, 1, '']);
});

it.each([-87_600 * 3_600_000, -30, 30, 87_600 * 3_600_000])(
  'frees a key in time even when the wall clock steps by %d ms',
  (skewMs) => {
    const scheduler = new VirtualTimeScheduler(VirtualAction);
    let skew = 0;
    scheduler.now = () => scheduler.frame + skew;
    const source = new Subject<string>();
    const freedAtMs: [string, number][] = [];
    source
      .pipe(
        perKey(
          (v) => v,
          (values$, key) => values$.pipe(finalize(() => freedAtMs.push([key, scheduler.frame]))),
          { idleMs: 50, scheduler },
        ),
      )
      .subscribe();
    scheduler.schedule(() => source.next('a'), 0);
    scheduler.schedule(() => (skew = skewMs), 10);
    scheduler.schedule(() => source.next('b'), 20);
    scheduler.schedule(() => source.next('c'), 60);
    scheduler.maxFrames = 1000;
    scheduler.flush();

    expect(freedAtMs.map(([key]) => key)).toEqual(['a', 'b', 'c']);
    expect(freedAtMs[0]).toEqual(['a', 50]);
    // Between two ticks a step of the clock looks like time: the error is less than idleMs, and gone after the tick.
    expect(freedAtMs[1]![1]).toBeGreaterThanOrEqual(50);
    expect(freedAtMs[1]![1]).toBeLessThanOrEqual(100);
    expect(freedAtMs[2]).toEqual(['c', 110]);
  },
);
