import { concat, NEVER, Observable, of, Subject, take, takeUntil, throwError } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { type BackoffRetryConfig, backoffRetry } from '../../../src/operators/backoffRetry.js';
import { constant } from '../../../src/policies/backoff/constant.js';
import { exponential } from '../../../src/policies/backoff/exponential.js';
import { retryBudget } from '../../../src/policies/retry/retryBudget.js';
import { type RetryRules, retrySchedule } from '../../../src/policies/retry/retrySchedule.js';

const broken = throwError(() => 'broken');

/** The waits of a source that always fails. */
const waitsOf = (config: BackoffRetryConfig): readonly number[] => {
  const waits: number[] = [];
  new TestScheduler(() => {}).run(() => {
    broken
      .pipe(backoffRetry({ ...config, onRetry: ({ delayMs }) => waits.push(delayMs) }))
      .subscribe({ error: () => {} });
  });
  return waits;
};

describe('options', () => {
  it.each<[BackoffRetryConfig, string]>([
    [{ maxRetries: -1 }, 'maxRetries (-1) is less than 0'],
    [{ maxRetries: 1.5 }, 'maxRetries (1.5) is not a whole number of at least 0'],
    [{ maxRetries: NaN }, 'maxRetries (NaN) is not a number of at least 0'],
    [{ resetAfterMs: 0 }, 'resetAfterMs (0) is less than 1'],
    [{ maxElapsedMs: -5 }, 'maxElapsedMs (-5) is less than 0'],
    [
      JSON.parse('{"jitter":"some"}'),
      'jitter (some) is not one of none, full, equal, decorrelated',
    ],
    [JSON.parse('{"maxRetries":"3"}'), 'maxRetries (3) is not a number of at least 0'],
  ])('%j throws when the operator is called', (config, message) => {
    expect(() => backoffRetry(config)).toThrow(new RangeError(`backoffRetry: ${message}`));
  });

  it('doubles from 100 to 30,000 ms by default', () => {
    expect(waitsOf({ maxRetries: 10 })).toEqual([
      100, 200, 400, 800, 1600, 3200, 6400, 12800, 25600, 30000,
    ]);
  });
});

describe('jitter', () => {
  it('draws decorrelated waits between the initial one and three times the one before', () => {
    const draws = [1, 0.5, 0, 1, 1, 1, 1];
    let n = 0;
    const delay = exponential({ initialMs: 100, maxMs: 1_000 });
    const random = () => draws[n++]!;
    expect(waitsOf({ delay, jitter: 'decorrelated', random, maxRetries: 7 })).toEqual([
      300, 500, 100, 300, 900, 1_000, 1_000,
    ]);
  });

  it('never makes a wait longer than a bare function said', () => {
    const delay = (attempt: number) => 100 * attempt;
    expect(waitsOf({ delay, jitter: 'decorrelated', random: () => 1, maxRetries: 4 })).toEqual([
      100, 200, 300, 400,
    ]);
    expect(waitsOf({ delay, jitter: 'decorrelated', random: () => 0, maxRetries: 4 })).toEqual([
      100, 100, 100, 100,
    ]);
  });

  it('gives delay the wait that was really made, jitter included', () => {
    const seen: number[] = [];
    const delay = (_: number, __: unknown, previousMs: number) => {
      seen.push(previousMs);
      return 100;
    };
    waitsOf({ delay, jitter: 'full', random: () => 0.25, maxRetries: 3 });
    expect(seen).toEqual([0, 25, 25]);
  });

  it('draws from the system by default', () => {
    const waits = waitsOf({ delay: constant(1_000_000), jitter: 'full', maxRetries: 20 });
    expect(new Set(waits).size).toBeGreaterThan(10);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(1_000_000);
  });
});

describe('budget', () => {
  it('is shared: what one stream withdraws is missing for the other', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 0, reserveCount: 3 });
    expect(waitsOf({ delay: constant(1), budget })).toEqual([1, 1, 1]);
    expect(waitsOf({ delay: constant(1), budget })).toEqual([]);
  });

  it('passes on the very error when it is spent', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 0, reserveCount: 0 });
    const error = new Error('broken');
    const seen: unknown[] = [];
    throwError(() => error)
      .pipe(backoffRetry({ budget }))
      .subscribe({ error: (e: unknown) => seen.push(e) });
    expect(seen[0]).toBe(error);
  });

  it('gets a deposit from each attempt that completes, or whose reader unsubscribes after a value', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 1, reserveCount: 0 });
    const retrying = backoffRetry<number>({ budget });
    of(1, 2, 3).pipe(retrying).subscribe();
    expect(budget.available).toBe(1);
    concat(of(1), NEVER).pipe(retrying, take(1)).subscribe();
    expect(budget.available).toBe(2);
    concat(of(1), NEVER).pipe(retrying).subscribe().unsubscribe();
    expect(budget.available).toBe(3);
    NEVER.pipe(retrying).subscribe().unsubscribe();
    expect(budget.available).toBe(3);
  });

  it('gets no deposit from an attempt that fails, even after a value', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 1, reserveCount: 0 });
    concat(of(1), broken)
      .pipe(backoffRetry({ budget }))
      .subscribe({ error: () => {} });
    expect(budget.available).toBe(0);
  });

  it('pays for no retry that another rule refuses', () => {
    const budget = retryBudget({ retriesPerSuccessRatio: 0, reserveCount: 5 });
    waitsOf({ delay: constant(1), budget, maxRetries: 2 });
    waitsOf({ delay: constant(10), budget, maxElapsedMs: 5 });
    expect(budget.available).toBe(3);
  });
});

describe('retrySchedule', () => {
  const rules = (o: Partial<RetryRules<never>>): RetryRules<never> => ({
    delay: constant(10),
    maxRetries: Infinity,
    jitter: 'none',
    random: () => 0,
    retryIf: () => true,
    resetAfterMs: Infinity,
    maxElapsedMs: Infinity,
    isTimed: o.maxElapsedMs !== undefined,
    nowMs: () => expect.unreachable(),
    ...o,
  });

  it('reads the clock only where a rule needs it', () => {
    const schedule = retrySchedule(rules({}));
    schedule.started();
    expect(schedule.failed('broken')).toEqual({ attempt: 1, wait: 10 });
  });

  it('ends neither sooner nor later when the clock steps back', () => {
    let nowMs = 1_000_000;
    const schedule = retrySchedule(rules({ maxElapsedMs: 100, nowMs: () => nowMs }));
    schedule.started();
    nowMs += 60;
    expect(schedule.failed('broken')).toEqual({ attempt: 1, wait: 10 });
    nowMs -= 500_000;
    schedule.started();
    expect(schedule.failed('broken')).toEqual({ attempt: 2, wait: 10 });
    nowMs += 31;
    expect(schedule.failed('broken')).toBeUndefined();
  });

  it('passes retryIf and delay the number of the retry', () => {
    const seen: unknown[][] = [];
    const schedule = retrySchedule(
      rules({
        retryIf: (...args) => seen.push(args) > 0,
        delay: (...args) => {
          seen.push(args);
          return 5;
        },
      }),
    );
    schedule.failed('a');
    schedule.failed('b');
    expect(seen).toEqual([
      ['a', 1],
      [1, 'a', 0],
      ['b', 2],
      [2, 'b', 5],
    ]);
  });
});

describe('the wait', () => {
  const failTwice = () => {
    let attempts = 0;
    return new Observable<string>((subscriber) => {
      attempts++;
      if (attempts < 3) subscriber.error('broken');
      else subscriber.next(`attempt ${attempts}`);
    });
  };

  it('ends at the first value of a synchronous delay, whatever comes after it', () => {
    const delay = () =>
      concat(
        of(1, 2),
        throwError(() => 'too late'),
      );
    const seen: unknown[] = [];
    const next = (value: unknown) => seen.push(value);
    failTwice().pipe(backoffRetry({ delay })).subscribe({ next, error: next });
    expect(seen).toEqual(['attempt 3']);
  });

  it('does not start the next attempt before onRetry has returned', () => {
    const retryNow$ = new Subject<void>();
    const failure$ = new Subject<void>();
    const log: string[] = [];
    const source = new Observable<string>((subscriber) => {
      log.push('attempt');
      return failure$.pipe(take(1)).subscribe(() => subscriber.error('broken'));
    });
    const onRetry = () => {
      retryNow$.next();
      log.push('onRetry returns');
    };
    const reader = source.pipe(backoffRetry({ retryNow$, onRetry })).subscribe();
    failure$.next();
    reader.unsubscribe();
    expect(log).toEqual(['attempt', 'onRetry returns', 'attempt']);
  });
});

describe('teardown', () => {
  it('releases every attempt that is over', () => {
    const reader = new Subject<void>();
    let live = 0;
    let attempts = 0;
    const subscription = new Observable<never>((subscriber) => {
      live++;
      attempts++;
      if (attempts < 1_000) subscriber.error('broken');
      return () => live--;
    })
      .pipe(backoffRetry({ delay: constant(0) }))
      .subscribe(reader);
    expect([attempts, live]).toEqual([1_000, 1]);
    subscription.unsubscribe();
    expect(live).toBe(0);
  });

  it('runs every teardown of an attempt, even one added late, but none that was removed', () => {
    const log: string[] = [];
    const source = new Observable<number>((subscriber) => {
      const removed = () => log.push('removed');
      subscriber.add(() => log.push('first'));
      subscriber.add(removed);
      subscriber.remove(removed);
      subscriber.next(1);
      subscriber.add(() => log.push('late'));
      return () => log.push('returned');
    });
    source.pipe(backoffRetry(), take(1)).subscribe();
    expect(log).toEqual(['first', 'late', 'returned']);
  });

  it('stops a source whose reader unsubscribes between two values', () => {
    const produced: number[] = [];
    const leave = new Subject<void>();
    new Observable<number>((subscriber) => {
      for (let i = 0; i < 10 && !subscriber.closed; i++) {
        produced.push(i);
        if (i === 3) leave.next();
      }
    })
      .pipe(backoffRetry(), takeUntil(leave))
      .subscribe();
    expect(produced).toEqual([0, 1, 2, 3]);
  });
});
