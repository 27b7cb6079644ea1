import {
  EMPTY,
  lastValueFrom,
  NEVER,
  Observable,
  of,
  Subject,
  take,
  takeUntil,
  throwError,
  toArray,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../../../src/operators/backoffRetry.js';
import { breakers } from '../../../src/operators/breakers.js';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { circuitBreakMap } from '../../../src/operators/circuitBreakMap.js';
import { createCircuitBreaker } from '../../../src/operators/createCircuitBreaker.js';
import { perKey } from '../../../src/operators/perKey.js';
import { constant } from '../../../src/policies/backoff/constant.js';

describe('perKey', () => {
  it('completes with its source when a sub-pipeline has completed by itself before', () => {
    const source$ = new Subject<string>();
    const end$ = new Subject<void>();
    const seen: unknown[] = [];
    source$
      .pipe(
        perKey(
          (value) => value,
          (values$) => values$.pipe(takeUntil(end$)),
        ),
      )
      .subscribe({ next: (value) => seen.push(value), complete: () => seen.push('complete') });
    source$.next('a');
    end$.next();
    source$.next('b');
    end$.next();
    source$.complete();
    expect(seen).toEqual(['a', 'b', 'complete']);
  });

  it('goes on with the other subscriptions of the input when one unsubscribes', () => {
    const source$ = new Subject<string>();
    const seen: string[] = [];
    source$
      .pipe(
        perKey(
          () => 'key',
          (values$) => {
            const other = values$.subscribe((value) => {
              seen.push(`other ${value}`);
              other.unsubscribe();
            });
            return values$;
          },
        ),
      )
      .subscribe((value) => seen.push(value));
    source$.next('a');
    source$.next('b');
    expect(seen).toEqual(['other a', 'a', 'b']);
  });
});

describe('circuitBreak', () => {
  const foreign = { ...createCircuitBreaker(), guard: undefined };

  it.each([
    ['circuitBreak', () => circuitBreak(withoutGuard())],
    ['circuitBreakMap', () => circuitBreakMap(() => EMPTY, { breaker: withoutGuard() })],
  ])('%s throws for a breaker of another library, and names itself', (owner, make) => {
    expect(make).toThrow(`${owner}: breaker is not made by createCircuitBreaker or breakers`);
  });

  it('passes classify how an attempt ended', () => {
    const outcomes: unknown[] = [];
    const breaker = createCircuitBreaker({
      classify: (outcome) => {
        outcomes.push(outcome);
        return 'ignore';
      },
    });
    const error = new Error('no');
    of(1).pipe(circuitBreak(breaker)).subscribe();
    throwError(() => error)
      .pipe(circuitBreak(breaker))
      .subscribe({ error: () => undefined });
    NEVER.pipe(circuitBreak(breaker)).subscribe().unsubscribe();
    expect(outcomes).toEqual([{ completed: true }, { error }]);
  });

  /** An object with the shape of a breaker, without its state machine. */
  function withoutGuard() {
    const { guard, ...rest } = foreign;
    expect(guard).toBeUndefined();
    return rest;
  }
});

describe('circuitBreakMap', () => {
  it('runs a value with the default options', async () => {
    const out$ = of('a').pipe(
      circuitBreakMap((value) => of(`${value} ran`), { breaker: createCircuitBreaker() }),
      take(1),
      toArray(),
    );
    expect(await lastValueFrom(out$)).toEqual(['a ran']);
  });
});

it('passes nothing on that a sub-pipeline emits after its end', () => {
  const rude = new Observable<number>((reader) => {
    reader.next(1);
    reader.complete();
    reader.next(2);
    reader.error(new Error('late'));
  });
  const seen: unknown[] = [];
  of('a')
    .pipe(
      perKey(
        () => 'key',
        () => rude,
      ),
    )
    .subscribe({
      next: (value) => seen.push(value),
      error: (error: unknown) => seen.push(error),
      complete: () => seen.push('complete'),
    });
  expect(seen).toEqual([1, 'complete']);
});

it('tries nothing again when the reader left in the attempt that fails', () => {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const stop$ = new Subject<void>();
  let attempts = 0;
  const source = new Observable<never>((reader) => {
    attempts += 1;
    stop$.next();
    reader.error(new Error('no'));
  });
  source
    .pipe(backoffRetry({ delay: constant(10), maxRetries: 3, scheduler }), takeUntil(stop$))
    .subscribe();
  scheduler.flush();
  expect([attempts, scheduler.frame]).toEqual([1, 0]);
});

it('keeps whole numbers of breakers only', () => {
  expect(() => breakers({ maxCount: 1.5 })).toThrow(RangeError);
  expect(() => breakers({ maxCount: 0 })).toThrow(RangeError);
});
