import {
  EMPTY,
  lastValueFrom,
  NEVER,
  of,
  Subject,
  take,
  takeUntil,
  throwError,
  toArray,
} from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { circuitBreakMap } from '../../../src/operators/circuitBreakMap.js';
import { createCircuitBreaker } from '../../../src/operators/createCircuitBreaker.js';
import { perKey } from '../../../src/operators/perKey.js';

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
