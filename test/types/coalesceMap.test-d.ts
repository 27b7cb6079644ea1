import { type Observable, of } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import { coalesceMap } from '../../src/operators/coalesceMap.js';

it('infers the output from what project returns', () => {
  expectTypeOf(of(1).pipe(coalesceMap((n) => of(String(n))))).toEqualTypeOf<Observable<string>>();
  expectTypeOf(of(1).pipe(coalesceMap(async (n) => n > 0))).toEqualTypeOf<Observable<boolean>>();
  expectTypeOf(of(1).pipe(coalesceMap((n) => (n > 0 ? of('a') : [1])))).toEqualTypeOf<
    Observable<string | number>
  >();
});

it('gives project the value and the run number', () => {
  of('a').pipe(
    coalesceMap((value, run) => {
      expectTypeOf(value).toEqualTypeOf<string>();
      expectTypeOf(run).toEqualTypeOf<number>();
      return of(value);
    }),
  );
});

it('rejects a project that returns no observable input', () => {
  // @ts-expect-error [ts2345] -- a number is not an ObservableInput.
  of(1).pipe(coalesceMap((n) => n));
});
