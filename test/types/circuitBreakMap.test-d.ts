import { type Observable, of } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import { circuitBreakMap, createCircuitBreaker } from '../../src/operators/index.js';

const breaker = createCircuitBreaker();

it('infers the output from project, and from recover where there is one', () => {
  expectTypeOf(of(1).pipe(circuitBreakMap((n) => of(String(n)), { breaker }))).toEqualTypeOf<
    Observable<string>
  >();
  expectTypeOf(
    of(1).pipe(circuitBreakMap(async (n) => n > 0, { breaker, recover: () => ['failed'] })),
  ).toEqualTypeOf<Observable<boolean | string>>();
});

it('gives recover the error and the value', () => {
  of('a').pipe(
    circuitBreakMap((value) => of(value), {
      breaker: { openForMs: 5 },
      recover: (error, value) => {
        expectTypeOf(error).toEqualTypeOf<unknown>();
        expectTypeOf(value).toEqualTypeOf<string>();
        return of(0);
      },
    }),
  );
});

it('rejects options that cannot work', () => {
  // @ts-expect-error [ts2345] -- a breaker, or its options, must be given.
  circuitBreakMap(() => of(1), {});
  // @ts-expect-error [ts2322] -- no such choice.
  circuitBreakMap(() => of(1), { breaker, whenOpen: 'drop' });
  // @ts-expect-error [ts2322] -- a number is not an ObservableInput.
  circuitBreakMap(() => of(1), { breaker, recover: () => 5 });
});
