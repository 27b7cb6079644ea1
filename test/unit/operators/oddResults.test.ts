import { none, some } from 'fp-ts/lib/Option.js';
import { type Observable, of, throwError, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../../../src/operators/backoffRetry.js';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { createCircuitBreaker } from '../../../src/operators/createCircuitBreaker.js';
import { debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';
import { perKey } from '../../../src/operators/perKey.js';

// What functions of a caller without a compiler return: a branch without `return`, a text from a configuration file.

/** Each with what is told of it. */
const noNumbers: readonly (readonly [unknown, string])[] = [
  [undefined, 'undefined'],
  [null, 'null'],
  [NaN, 'NaN'],
  ['10', '"10"'],
  ['', '""'],
  [10n, 'a bigint'],
  [true, 'true'],
  [Symbol('ms'), 'a symbol'],
  [[10], 'a list'],
  [{}, 'an object'],
];

/** What a stream gives within 10 s of virtual time. */
function heardOf(stream$: (scheduler: VirtualTimeScheduler) => Observable<unknown>): unknown[] {
  const scheduler = new VirtualTimeScheduler(VirtualAction, 10_000);
  const heard: unknown[] = [];
  const subscription = stream$(scheduler).subscribe({
    next: (value) => heard.push(value),
    error: (error: unknown) => heard.push(String(error)),
  });
  scheduler.flush();
  subscription.unsubscribe();
  return heard;
}

/** Tests pass values that the types refuse. */
const any = (value: unknown): never => value as never;

describe.each(noNumbers)('a function that returns %s', (result, told) => {
  it('as the window is one error, and never a window without an end', () => {
    const heard = heardOf((scheduler) => {
      const options = { minMs: 5, maxMs: 50, maxWaitMs: Infinity, window: () => any(result) };
      return of('a').pipe(debounceAdaptive({ ...options, scheduler }));
    });
    expect(heard).toEqual([`RangeError: debounceAdaptive: window returned ${told}`]);
  });

  it('as the open time of a breaker opens it for the default time', () => {
    const breaker = createCircuitBreaker({ openForMs: () => any(result) });
    const reasons: unknown[] = [];
    breaker.transition$.subscribe(({ reason }) => reasons.push(reason));
    const failing$ = throwError(() => new Error('no')).pipe(circuitBreak(breaker));
    for (let attempt = 0; attempt < 3; attempt++) failing$.subscribe({ error: () => undefined });
    expect(breaker.state).toBe('open');
    // No answer is one: the curve leaves it to the default.
    const remark =
      result === undefined || result === null ? '' : `; openForMs returned ${told}, so 60000 ms`;
    expect(reasons).toEqual([`3 failures in a row${remark}`]);
  });

  it('as a verdict of the breaker is the error of the attempt, whose permit goes back', () => {
    const breaker = createCircuitBreaker({ classify: () => any(result) });
    const message = `RangeError: classify returned ${told}, not success, failure or ignore`;
    for (let attempt = 0; attempt < 4; attempt++) {
      expect(heardOf(() => of('a').pipe(circuitBreak(breaker)))).toEqual(['a', message]);
    }
    expect(breaker.state).toBe('closed');
  });

  it('as a key is one error that says so, where it is no key', () => {
    const heard = heardOf(() =>
      of('a').pipe(
        perKey(
          () => any(result),
          (values$) => values$,
        ),
      ),
    );
    const isKey = typeof result === 'string' || typeof result === 'number';
    const message = `TypeError: perKey: key returned ${told}, no string, number or Option`;
    expect(heard).toEqual([isKey ? 'a' : message]);
  });
});

it.each(noNumbers.filter(([result]) => typeof result !== 'object' && result !== undefined))(
  'a delay of %s is one error, and never a retry at once',
  (result, told) => {
    let attempts = 0;
    const failing$ = throwError(() => new Error(`no ${++attempts}`));
    const heard = heardOf((scheduler) =>
      failing$.pipe(backoffRetry({ delay: () => any(result), maxRetries: 5, scheduler })),
    );
    expect(heard).toEqual([`RangeError: backoffRetry: delay returned ${told} for attempt 1`]);
    expect(attempts).toBe(1);
  },
);

it('keys that are Options are read as before', () => {
  const keyOf = (value: number) => (value % 2 === 0 ? none : some(value));
  expect(heardOf(() => of(1, 2, 3).pipe(perKey(keyOf, (values$) => values$)))).toEqual([1, 3]);
});

it.each(noNumbers)('an option that is %s is told as it was given', (given, told) => {
  const make = () => backoffRetry({ maxElapsedMs: any(given) });
  // Left out is what `undefined` is, and a text is told without quotes.
  if (given === undefined) expect(make).not.toThrow();
  else {
    const shown = told.replaceAll('"', '');
    const message = `backoffRetry: maxElapsedMs (${shown}) is not a number of at least 0`;
    expect(make).toThrow(message);
  }
});
