import { none, some } from 'fp-ts/lib/Option.js';
import {
  concat,
  debounceTime,
  endWith,
  finalize,
  from,
  map,
  merge,
  mergeMap,
  of,
  Subject,
  startWith,
  take,
  takeUntil,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { coalesceMap } from '../src/operators/coalesceMap.js';
import { perKey } from '../src/operators/perKey.js';
import { marble } from './support/marble.js';

/** 'a' and 'A' have the key 'a'. */
const letter = (value: string): string => value.toLowerCase();

describe('perKey', () => {
  marble('gives each key a sub-pipeline of its own', (m) => {
    const source = m.hot('   -a-bA-----b-----|');
    const expected = '       ------bA-----b--|';
    const sourceSubs = '     ^---------------!';

    const result = source.pipe(perKey(letter, (values$) => values$.pipe(debounceTime(3))));

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(sourceSubs);
  });

  marble('frees a key after idleMs without values, and starts it again on the next value', (m) => {
    const source = m.hot('   -a-A-------a---|');
    const life = m.cold('    -');
    const expected = '       -a-A-------a---|';
    const lives = ['                      -^------!', '                      -----------^---!'];

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(takeUntil(life)), { idleMs: 5 }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('frees each key after its own last value', (m) => {
    const source = m.hot('   -a-b-a---------|');
    const lifeOfA = m.cold(' -');
    const lifeOfB = m.cold(' -');
    const expected = '       -a-b-a---------|';
    const livesOfA = '       -^--------!';
    const livesOfB = '       ---^----!';

    const result = source.pipe(
      perKey(letter, (values$, key) => values$.pipe(takeUntil(key === 'a' ? lifeOfA : lifeOfB)), {
        idleMs: 5,
      }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(lifeOfA.subscriptions).toBe(livesOfA);
    m.expectSubscriptions(lifeOfB.subscriptions).toBe(livesOfB);
  });

  marble('counts idleMs from the last value or result, whichever is later', (m) => {
    const source = m.hot('   -a-----------|');
    const life = m.cold('    -');
    const expected = '       ----a--------|';
    const lives = '          -^-------!';

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(debounceTime(3), takeUntil(life)), { idleMs: 5 }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('keeps a key whose value arrives in the frame in which its idleMs is over', (m) => {
    const source = m.hot('   -a----A--------|');
    const life = m.cold('    -');
    const expected = '       -a----A--------|';
    const lives = '          -^---------!';

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(takeUntil(life)), { idleMs: 5 }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('does not cut short a debounce that waits longer than idleMs', (m) => {
    const source = m.hot('   -a---A-----------|');
    const expected = '       -----------A-----|';

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(debounceTime(6)), { idleMs: 3 }),
    );

    m.expectObservable(result).toBe(expected);
  });

  marble(
    'does not cut short silent work that takes longer than idleMs, and gives it the next value',
    (m) => {
      const source = m.hot('   -a-----A------------|');
      const run = m.cold('      --------v|');
      const life = m.cold('    -');
      const expected = '       ---------a--------A-|';
      const runSubs = [
        '                      -^--------!',
        '                      ----------^--------!',
      ];
      const lives = '          -^-----------------!';

      const result = source.pipe(
        perKey(
          letter,
          (values$) =>
            values$.pipe(
              coalesceMap((v) => run.pipe(map(() => v))),
              takeUntil(life),
            ),
          { idleMs: 3 },
        ),
      );

      m.expectObservable(result).toBe(expected);
      m.expectSubscriptions(run.subscriptions).toBe(runSubs);
      m.expectSubscriptions(life.subscriptions).toBe(lives);
    },
  );

  marble('frees a key that gives no result after ten times idleMs', (m) => {
    const source = m.hot('   -a------------------------|');
    const life = m.cold('    -');
    const expected = '       ---------------------a----|';
    const lives = '          -^-------------------!';

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(debounceTime(99), takeUntil(life)), { idleMs: 2 }),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('lets a freed key finish its work, while its new value waits', (m) => {
    const source = m.hot('   -a----A-b-----------|');
    const work = m.cold('     v-------|');
    const life = m.cold('    -');
    const expected = '       -a------bA----------|';
    const lives = [
      '                      -^-------!',
      '                      --------^-------!',
      '                      ---------^-------!',
    ];

    const result = source.pipe(
      perKey(
        letter,
        (values$) =>
          values$.pipe(
            mergeMap((v) => work.pipe(map(() => v))),
            takeUntil(life),
          ),
        { idleMs: 3 },
      ),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('completes when the source has, and every key and every waiting value has', (m) => {
    const source = m.hot('   -a----A|');
    const work = m.cold('     v-------|');
    const expected = '       -a-------A-------|';

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(mergeMap((v) => work.pipe(map(() => v)))), {
        idleMs: 3,
      }),
    );

    m.expectObservable(result).toBe(expected);
  });

  marble('completes with an empty source', (m) => {
    const source = m.cold('  ---|');
    const expected = '       ---|';

    m.expectObservable(source.pipe(perKey(letter, (values$) => values$))).toBe(expected);
  });

  marble('flushes what the keys hold when the source completes', (m) => {
    const source = m.hot('   -ab|');
    const expected = '       ---(ab|)';

    const result = source.pipe(perKey(letter, (values$) => values$.pipe(debounceTime(5))));

    m.expectObservable(result).toBe(expected);
  });

  marble('drops a value whose key is none', (m) => {
    const source = m.hot('   -a-x-A-|');
    const expected = '       -a---A-|';

    const result = source.pipe(
      perKey(
        (v) => (v === 'x' ? none : some(letter(v))),
        (values$) => values$,
      ),
    );

    m.expectObservable(result).toBe(expected);
  });

  marble('passes on the error of the source at once, and ends every sub-pipeline', (m) => {
    const source = m.hot('   -ab-#');
    const life = m.cold('    -');
    const expected = '       ----#';
    const lives = ['                      -^--!', '                      --^-!'];

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(debounceTime(9), takeUntil(life))),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('ends the source and every key when one sub-pipeline errors', (m) => {
    const source = m.hot('   -ab----c-|');
    const work = m.cold('     ---#');
    const life = m.cold('    -');
    const expected = '       --b-#';
    const sourceSubs = '     ^---!';
    const lives = ['                      -^--!', '                      --^-!'];

    const result = source.pipe(
      perKey(letter, (values$, key) =>
        values$.pipe(
          mergeMap((v) => (key === 'a' ? work : of(v))),
          takeUntil(life),
        ),
      ),
    );

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('ends with what key throws', (m) => {
    const boom = new Error('boom');
    const source = m.hot('   -a-|');
    const expected = '       -#';

    const result = source.pipe(
      perKey(
        (): string => {
          throw boom;
        },
        (values$) => values$,
      ),
    );

    m.expectObservable(result).toBe(expected, undefined, boom);
  });

  marble('ends with what pipeline throws', (m) => {
    const boom = new Error('boom');
    const source = m.hot('   -a-|');
    const expected = '       -#';

    const result = source.pipe(
      perKey(letter, () => {
        throw boom;
      }),
    );

    m.expectObservable(result).toBe(expected, undefined, boom);
  });

  marble('ends every sub-pipeline when unsubscribed, and drops the values that wait', (m) => {
    const source = m.hot('   -a----Ab----|');
    const work = m.cold('     v-------|');
    const life = m.cold('    -');
    const unsub = '          --------!';
    const expected = '       -a-----b-';
    const sourceSubs = '     ^-------!';
    const lives = ['                      -^------!', '                      -------^!'];

    const result = source.pipe(
      perKey(
        letter,
        (values$) =>
          values$.pipe(
            mergeMap((v) => work.pipe(map(() => v))),
            takeUntil(life),
          ),
        { idleMs: 3 },
      ),
    );

    m.expectObservable(result, unsub).toBe(expected);
    m.expectSubscriptions(source.subscriptions).toBe(sourceSubs);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('keeps its keys per subscription', (m) => {
    const source = m.hot('      -a-A-----|');
    const early = '             ^';
    const late = '              --^';
    const expectedEarly = '     -1-2-----|';
    const expectedLate = '      ---1-----|';

    const result = source.pipe(
      perKey(letter, (values$) => values$.pipe(map((_, i) => String(i + 1)))),
    );

    m.expectObservable(result, early).toBe(expectedEarly);
    m.expectObservable(result, late).toBe(expectedLate);
  });

  marble('replaces a sub-pipeline that completed by itself', (m) => {
    const source = m.hot('   -a-A-|');
    const life = m.cold('    -');
    const expected = '       -a-A-|';
    const lives = ['                      -(^!)', '                      ---(^!)'];

    const result = source.pipe(perKey(letter, (values$) => values$.pipe(take(1), takeUntil(life))));

    m.expectObservable(result).toBe(expected);
    m.expectSubscriptions(life.subscriptions).toBe(lives);
  });

  marble('gives each subscriber of values$ every value, and the completion', (m) => {
    const source = m.hot('   -a----A------|');
    const once = '           -a----A------|';
    const twice = '          -(aa)-(AA)---|';

    const inTurn = source.pipe(perKey(letter, (values$) => concat(values$, values$)));
    const atOnce = source.pipe(perKey(letter, (values$) => merge(values$, values$)));

    m.expectObservable(inTurn).toBe(once);
    m.expectObservable(atOnce).toBe(twice);
  });

  it('goes on with the other subscribers of values$ when one has unsubscribed', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source
      .pipe(
        perKey(
          () => 'k',
          (values$) => merge(values$.pipe(take(1)), values$, values$.pipe(take(2))),
        ),
      )
      .subscribe((n) => seen.push(n));

    for (const n of [1, 2, 3]) source.next(n);

    expect(seen).toEqual([1, 1, 1, 2, 2, 3]);
  });

  it('keeps a key that gets a value from the last result of another', () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<string>();
    const log: string[] = [];
    source
      .pipe(
        perKey(
          letter,
          (values$, key) => {
            log.push(`${scheduler.frame} start ${key}`);
            return values$.pipe(
              endWith(`${key} bye`),
              finalize(() => log.push(`${scheduler.frame} end ${key}`)),
            );
          },
          { idleMs: 10, scheduler },
        ),
      )
      .subscribe((v) => {
        if (v === 'a bye') source.next('B');
      });

    source.next('a');
    source.next('b');
    scheduler.flush();

    expect(log).toEqual(['0 start a', '0 start b', '10 end a', '20 end b']);
  });

  it('has no timer for a key that is finishing its work', () => {
    const scheduler = new VirtualTimeScheduler(VirtualAction);
    const source = new Subject<string>();
    const more = new Subject<string>();
    source
      .pipe(perKey(letter, (values$) => merge(values$, more), { idleMs: 10, scheduler }))
      .subscribe();

    source.next('a');
    scheduler.flush();
    more.next('late');

    expect(scheduler.actions).toEqual([]);
  });

  it('gives every waiting value to a sub-pipeline, even when that takes many sub-pipelines', () => {
    const source = new Subject<number>();
    const seen: number[] = [];
    source
      .pipe(
        perKey(
          () => 'k',
          (values$) => values$.pipe(take(1)),
        ),
      )
      .subscribe((n) => {
        seen.push(n);
        if (n === 0) for (let i = 1; i <= 20_000; i++) source.next(i);
      });

    source.next(0);

    expect(seen).toEqual([...Array(20_001).keys()]);
  });

  it('keeps the order of values that its own reader pushes while a key starts', () => {
    const source = new Subject<string>();
    const seen: string[] = [];
    source
      .pipe(
        perKey(
          () => 'k',
          (values$) => values$.pipe(startWith('start')),
        ),
      )
      .subscribe((v) => {
        seen.push(v);
        if (v === 'start') source.next('second');
      });

    source.next('first');

    expect(seen).toEqual(['start', 'first', 'second']);
  });

  it('stops a synchronous source at the value that ends the reader', () => {
    const produced: number[] = [];
    const source = of(1, 2, 3, 4, 5).pipe(
      map((n) => {
        produced.push(n);
        return n;
      }),
    );

    source
      .pipe(
        perKey(
          () => 'k',
          (values$) => values$,
        ),
        take(2),
      )
      .subscribe();

    expect(produced).toEqual([1, 2]);
  });

  it('stops a synchronous sub-pipeline at the value that ends the reader', () => {
    const seen: number[] = [];
    const endless = function* () {
      for (let i = 0; ; i++) yield i;
    };

    of('a')
      .pipe(
        perKey(letter, () => from(endless())),
        take(3),
      )
      .subscribe((n) => seen.push(n));

    expect(seen).toEqual([0, 1, 2]);
  });
});
