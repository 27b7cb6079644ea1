import { NEVER, of, Subject, throwError, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import {
  type DebounceEvent,
  type DebounceView,
  debounceAdaptive,
  type PendingWindow,
} from '../src/operators/debounceAdaptive.js';
import { marble } from './support/marble.js';

const join = (all: string | undefined, value: string): string => (all ?? '') + value;

describe('debounceAdaptive with a fixed window', () => {
  marble('emits the newest value once the source is quiet', (m) => {
    const source = m.hot('   -a-b-----c------|');
    const expected = '       ------b-----c---|';
    const subs = '           ^---------------!';

    m.expectObservable(source.pipe(debounceAdaptive(3))).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('emits what is pending when the source completes', (m) => {
    const source = m.hot('   -a-b-----c|');
    const expected = '       ------b---(c|)';

    m.expectObservable(source.pipe(debounceAdaptive(3))).toBe(expected);
  });

  marble('drops what is pending when the source errors', (m) => {
    const source = m.hot('   -a-b-#');
    const expected = '       -----#';
    const subs = '           ^----!';

    m.expectObservable(source.pipe(debounceAdaptive(3))).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('emits nothing more when unsubscribed', (m) => {
    const source = m.hot('   -a-b-----c------|');
    const unsub = '          ----------!';
    const expected = '       ------b----';
    const subs = '           ^---------!';

    m.expectObservable(source.pipe(debounceAdaptive(3)), unsub).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('keeps a window per subscription', (m) => {
    const source = m.hot('     -a-b-----|');
    const early = '            ^';
    const late = '             --^';
    const until = '            -----!';
    const expected = '         ------b--|';

    const result = source.pipe(debounceAdaptive(3));

    m.expectObservable(result, early).toBe(expected);
    m.expectObservable(result, late).toBe(expected);
    m.expectObservable(result, until).toBe('------');
  });

  marble('holds a value that arrives in the frame in which the window ends', (m) => {
    const source = m.hot('   -a--b-----|');
    const expected = '       -------b--|';

    m.expectObservable(source.pipe(debounceAdaptive(3))).toBe(expected);
  });

  marble('emits the last value of a synchronous source, at once', (m) => {
    const source = m.cold('  (abc|)');
    const expected = '       (c|)';

    m.expectObservable(source.pipe(debounceAdaptive(3))).toBe(expected);
  });

  marble('waits for the next turn with a window of 0', (m) => {
    const source = m.hot('   -(ab)-c-|');
    const expected = '       -b----c-|';

    m.expectObservable(source.pipe(debounceAdaptive(0))).toBe(expected);
  });

  marble('emits nothing and completes with an empty source', (m) => {
    m.expectObservable(m.cold('--|').pipe(debounceAdaptive(3))).toBe('--|');
    m.expectObservable(m.cold('--#').pipe(debounceAdaptive(3))).toBe('--#');
    m.expectObservable(NEVER.pipe(debounceAdaptive(3)), '---!').toBe('----');
  });

  it('holds a value that its own reader pushes', () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<number>();
    const seen: [number, number][] = [];
    source.pipe(debounceAdaptive({ minMs: 3, scheduler })).subscribe((n) => {
      seen.push([scheduler.now(), n]);
      if (n < 3) source.next(n + 1);
    });

    source.next(1);
    scheduler.flush();

    expect(seen).toEqual([
      [3, 1],
      [6, 2],
      [9, 3],
    ]);
  });

  it('has exactly one scheduled action while a window is open, and none after', () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<number>();
    source.pipe(debounceAdaptive({ minMs: 3, maxMs: 30, maxWaitMs: 9, scheduler })).subscribe();

    for (let i = 0; i < 100; i++) source.next(i);

    expect(scheduler.actions).toHaveLength(1);
    scheduler.flush();
    expect(scheduler.actions).toHaveLength(0);
  });
});

describe('debounceAdaptive with maxMs', () => {
  marble('learns from a flush that came too soon to hold the next such burst together', (m) => {
    const source = m.hot('   -a----b----c----d--e-----------|');
    const expected = '       ----a--------------------e-----|';

    const result = source.pipe(debounceAdaptive({ minMs: 3, maxMs: 12 }));

    m.expectObservable(result).toBe(expected);
  });

  marble('waits longer after many quick values', (m) => {
    const source = m.hot('   -(aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab) 10ms |');
    const expected = '       ---------b 35ms |';

    const result = source.pipe(debounceAdaptive({ minMs: 4, maxMs: 20 }));

    m.expectObservable(result).toBe(expected);
  });

  marble('waits minMs again after a quiet of ten times maxMs', (m) => {
    const source = m.hot('   -a--b-- 77ms c----|');
    const expected = '       ---a----b 77ms c--|';

    const result = source.pipe(debounceAdaptive({ minMs: 2, maxMs: 8 }));

    m.expectObservable(result).toBe(expected);
  });

  marble('waits at most ten times maxMs when the source is never quiet', (m) => {
    const source = m.hot('   -a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p-q-r|');
    const expected = '       -------------------------------p----(r|)';

    const result = source.pipe(debounceAdaptive({ minMs: 2, maxMs: 3 }));

    m.expectObservable(result).toBe(expected);
  });
});

describe('debounceAdaptive with reduce', () => {
  marble('folds the values of a window into one', (m) => {
    const source = m.hot('    -a-b-----c------|');
    const expected = '        ------x-----y---|';

    const result = source.pipe(debounceAdaptive({ minMs: 3, reduce: join }));

    m.expectObservable(result).toBe(expected, { x: 'ab', y: 'c' });
  });

  marble('emits the fold so far when the source completes', (m) => {
    const source = m.hot('    -a-b|');
    const expected = '        ----(x|)';

    const result = source.pipe(debounceAdaptive({ minMs: 3, reduce: join }));

    m.expectObservable(result).toBe(expected, { x: 'ab' });
  });

  marble('ends with what reduce throws, and unsubscribes from the source', (m) => {
    const boom = new Error('boom');
    const source = m.hot('    -a-b-c-|');
    const expected = '        ---#';
    const subs = '            ^--!';

    const result = source.pipe(
      debounceAdaptive({
        minMs: 5,
        reduce: (all: string | undefined, value: string) => {
          if (value === 'b') throw boom;
          return join(all, value);
        },
      }),
    );

    m.expectObservable(result).toBe(expected, undefined, boom);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('ends with one error when reduce returns NaN', (m) => {
    const source = m.hot('    -a-b-c-|');
    const expected = '        -#';

    const result = source.pipe(debounceAdaptive({ minMs: 5, reduce: () => NaN }));

    m.expectObservable(result).toBe(
      expected,
      undefined,
      new RangeError('debounceAdaptive: reduce returned NaN'),
    );
  });

  it('folds undefined like any other value', () => {
    const seen: unknown[] = [];
    of(undefined)
      .pipe(debounceAdaptive(1))
      .subscribe((value) => seen.push(value));

    expect(seen).toEqual([undefined]);
  });
});

describe('debounceAdaptive with maxWaitMs', () => {
  marble('emits that long after the first held value, even when the source is never quiet', (m) => {
    const source = m.hot('    -a-b-c-d-e-f-g----|');
    const expected = '        -------x-------y--|';

    const result = source.pipe(debounceAdaptive({ minMs: 3, maxWaitMs: 6, reduce: join }));

    m.expectObservable(result).toBe(expected, { x: 'abcd', y: 'efg' });
  });
});

describe('debounceAdaptive with maxCount', () => {
  marble('emits at the value that makes the count full', (m) => {
    const source = m.hot('    -a-b-c------|');
    const expected = '        ---x----y---|';

    const result = source.pipe(debounceAdaptive({ minMs: 3, maxCount: 2, reduce: join }));

    m.expectObservable(result).toBe(expected, { x: 'ab', y: 'c' });
  });
});

describe('debounceAdaptive with leading', () => {
  marble('emits the first value of a burst at once, and the rest at its end', (m) => {
    const source = m.hot('    -a-b-c------d---|');
    const expected = '        -a------x---d---|';

    const result = source.pipe(debounceAdaptive({ minMs: 3, leading: true, reduce: join }));

    m.expectObservable(result).toBe(expected, { a: 'a', x: 'bc', d: 'd' });
  });

  marble('goes on with a burst until it is quiet, even when maxWaitMs emits some of it', (m) => {
    const source = m.hot('    -a-b-c-d-e-f-----g--|');
    const expected = '        -a-----x-----y---g--|';

    const result = source.pipe(
      debounceAdaptive({ minMs: 3, maxWaitMs: 4, leading: true, reduce: join }),
    );

    m.expectObservable(result).toBe(expected, { a: 'a', x: 'bcd', y: 'ef', g: 'g' });
  });

  marble('completes at once when nothing came after the first value', (m) => {
    const source = m.hot('    -a-|');
    const expected = '        -a-|';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, leading: true }))).toBe(expected);
  });
});

describe('debounceAdaptive with busy$', () => {
  const is = { t: true, f: false };

  marble(
    'holds and merges while busy, and emits at the end of the work if the window is over',
    (m) => {
      const source = m.hot('    -a-b-------c-----|');
      const busy$ = m.hot('     --t------f-------|', is);
      const expected = '        ---------x----c--|';
      const busySubs = '        ^----------------!';

      const result = source.pipe(debounceAdaptive({ minMs: 3, busy$, reduce: join }));

      m.expectObservable(result).toBe(expected, { x: 'ab', c: 'c' });
      m.expectSubscriptions(busy$.subscriptions).toBe(busySubs);
    },
  );

  marble('waits for the rest of the window when the work ends before', (m) => {
    const source = m.hot('    -a-b------|');
    const busy$ = m.hot('     --t-f-----|', is);
    const expected = '        ------b---|';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, busy$ }))).toBe(expected);
  });

  marble('emits at the end of the work what maxCount or maxWaitMs would have emitted', (m) => {
    const source = m.hot('    -ab-c-----|');
    const busy$ = m.hot('     t----f----|', is);
    const expected = '        -----x----|';

    const byCount = { minMs: 4, busy$, maxCount: 2, reduce: join };
    const byWait = { minMs: 4, busy$, maxWaitMs: 4, reduce: join };

    m.expectObservable(source.pipe(debounceAdaptive(byCount))).toBe(expected, { x: 'abc' });
    m.expectObservable(source.pipe(debounceAdaptive(byWait))).toBe(expected, { x: 'abc' });
  });

  marble('holds a leading value too', (m) => {
    const source = m.hot('    -a------b---|');
    const busy$ = m.hot('     t----f------|', is);
    const expected = '        -----a--b---|';

    const result = source.pipe(debounceAdaptive({ minMs: 3, busy$, leading: true }));

    m.expectObservable(result).toBe(expected);
  });

  marble('emits what is held when the source completes, busy or not', (m) => {
    const source = m.hot('    -a-b|');
    const busy$ = m.hot('     t-----', is);
    const expected = '        ----(b|)';
    const busySubs = '        ^---!';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, busy$ }))).toBe(expected);
    m.expectSubscriptions(busy$.subscriptions).toBe(busySubs);
  });

  marble('takes the completion of busy$ for the end of the work', (m) => {
    const source = m.hot('    -a-------b---|');
    const busy$ = m.hot('     t-----|', is);
    const expected = '        ------a-----b|';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, busy$ }))).toBe(expected);
  });

  marble('passes on an error of busy$, and unsubscribes from the source', (m) => {
    const source = m.hot('    -a-------b---|');
    const busy$ = m.hot('     t--#', is);
    const expected = '        ---#';
    const subs = '            ^--!';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, busy$ }))).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(subs);
  });

  marble('does not subscribe to the source when busy$ errors at once', (m) => {
    const source = m.cold('   -a-|');
    const busy$ = throwError(() => 'error');

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, busy$ }))).toBe('#');
    m.expectSubscriptions(source.subscriptions).toBe([]);
  });
});

describe('debounceAdaptive with flush$', () => {
  marble('emits what is held at each value, and nothing when nothing is held', (m) => {
    const source = m.hot('    -a----b-----|');
    const flush$ = m.hot('    --x-x-------|');
    const expected = '        --a------b--|';
    const flushSubs = '       ^-----------!';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, flush$ }))).toBe(expected);
    m.expectSubscriptions(flush$.subscriptions).toBe(flushSubs);
  });

  marble('emits at each value even while busy', (m) => {
    const source = m.hot('    -a----|');
    const flush$ = m.hot('    --x---|');
    const busy$ = m.cold('    t-----', { t: true });
    const expected = '        --a---|';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, flush$, busy$ }))).toBe(expected);
  });

  marble('passes on an error of flush$', (m) => {
    const source = m.hot('    -a----|');
    const flush$ = m.hot('    --#');
    const expected = '        --#';

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 3, flush$ }))).toBe(expected);
  });
});

describe('debounceAdaptive with window', () => {
  marble('waits as long as window returns, within minMs and maxMs', (m) => {
    const source = m.hot('    -a-------b---------c----------|');
    const expected = '        ---a-----------b-------c------|';
    const windows: Record<string, number> = { a: -1, b: 99, c: 4 };

    const result = source.pipe(
      debounceAdaptive({ minMs: 2, maxMs: 6, window: ({ value }) => windows[value] ?? 0 }),
    );

    m.expectObservable(result).toBe(expected);
  });

  marble('ends sooner when window returns less', (m) => {
    const source = m.hot('    -a-b---------|');
    const expected = '        ----b--------|';

    const result = source.pipe(
      debounceAdaptive({ minMs: 1, maxMs: 9, window: ({ count }) => (count === 1 ? 9 : 1) }),
    );

    m.expectObservable(result).toBe(expected);
  });

  marble('passes window what is held', (m) => {
    const source = m.hot('    -a-b----------|');
    const told: PendingWindow<string>[] = [];

    const result = source.pipe(
      debounceAdaptive({
        minMs: 2,
        maxMs: 8,
        reduce: join,
        window: (pending) => {
          told.push(pending);
          return 4;
        },
      }),
    );

    m.expectObservable(result).toBe('-------x------|', { x: 'ab' });
    m.flush();
    const pressure = expect.closeTo(1 + 2 ** (-2 / 8), 10);
    expect(told).toEqual([
      { count: 1, ageMs: 0, pressure: 1, value: 'a' },
      { count: 2, ageMs: 2, pressure, value: 'ab' },
    ]);
  });

  marble('ends with one error when window returns NaN or throws', (m) => {
    const boom = new Error('boom');
    const source = m.hot('    -a-b-c-|');
    const expected = '        -#';

    const notANumber = source.pipe(debounceAdaptive({ minMs: 1, maxMs: 5, window: () => NaN }));
    const thrown = source.pipe(
      debounceAdaptive({
        minMs: 1,
        maxMs: 5,
        window: () => {
          throw boom;
        },
      }),
    );

    const nan = new RangeError('debounceAdaptive: window returned NaN');
    m.expectObservable(notANumber).toBe(expected, undefined, nan);
    m.expectObservable(thrown).toBe(expected, undefined, boom);
  });
});

describe('debounceAdaptive with observe and view', () => {
  marble('calls observe at each step, and before a flushed value is emitted', (m) => {
    const source = m.hot('    -a-b----c|');
    const log: (string | DebounceEvent)[] = [];

    const result = source.pipe(
      debounceAdaptive({ minMs: 3, reduce: join, observe: (event) => log.push(event) }),
    );
    m.cold('|').subscribe({ complete: () => result.subscribe((value) => log.push(value)) });
    m.flush();

    expect(log).toEqual([
      { _tag: 'opened', windowMs: 3, count: 1 },
      { _tag: 'extended', windowMs: 3, count: 2 },
      { _tag: 'flushed', windowMs: 3, count: 2 },
      'ab',
      { _tag: 'opened', windowMs: 3, count: 1 },
      { _tag: 'flushed', windowMs: 3, count: 1 },
      'c',
    ]);
  });

  marble('reports a flush that came too soon as regretted', (m) => {
    const source = m.hot('    -a---b--------|');
    const log: DebounceEvent[] = [];

    source
      .pipe(debounceAdaptive({ minMs: 3, maxMs: 12, observe: (event) => log.push(event) }))
      .subscribe();
    m.flush();

    expect(log).toEqual([
      { _tag: 'opened', windowMs: 3, count: 1 },
      { _tag: 'flushed', windowMs: 3, count: 1 },
      { _tag: 'regretted', windowMs: 6, count: 1 },
      { _tag: 'opened', windowMs: 6, count: 1 },
      { _tag: 'flushed', windowMs: 6, count: 1 },
    ]);
  });

  marble('can regret a flush at the end of the work, if the source was quiet by then', (m) => {
    const source = m.hot('    -a-----b------|');
    const busy$ = m.hot('     t----f--------|', { t: true, f: false });
    const log: string[] = [];
    const config = { minMs: 3, maxMs: 12, observe: ({ _tag }: DebounceEvent) => log.push(_tag) };

    source.pipe(debounceAdaptive({ ...config, busy$ })).subscribe();
    m.flush();

    expect(log).toEqual(['opened', 'flushed', 'regretted', 'opened', 'flushed']);
  });

  marble('calls view once per subscription, with a live view of the window', (m) => {
    const source = m.hot('    -a----b-------|');
    const views: DebounceView[] = [];
    const seen: unknown[] = [];

    const result = source.pipe(
      debounceAdaptive({ minMs: 3, maxMs: 12, view: (view) => views.push(view) }),
    );
    result.subscribe();
    result.subscribe();
    m.cold('  0----1--2-----|').subscribe(() => {
      const { windowMs, floorMs, count } = views[0]!;
      seen.push({ windowMs, floorMs, count });
    });
    m.flush();

    expect(views).toHaveLength(2);
    expect(seen).toEqual([
      { windowMs: 3, floorMs: 3, count: 0 },
      { windowMs: 3, floorMs: 3, count: 0 },
      { windowMs: 6, floorMs: 6, count: 1 },
    ]);
  });

  marble('ends with what observe or view throws', (m) => {
    const boom = new Error('boom');
    const refuse = () => {
      throw boom;
    };
    const source = m.hot('    -a-b-c-|');

    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 1, observe: refuse }))).toBe(
      '-#',
      undefined,
      boom,
    );
    m.expectObservable(source.pipe(debounceAdaptive({ minMs: 1, view: refuse }))).toBe(
      '#',
      undefined,
      boom,
    );
  });
});
