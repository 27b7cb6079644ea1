import type { Either } from 'fp-ts/lib/Either.js';
import { type Observable, of } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import {
  type BreakerTransition,
  breakers,
  type CircuitBreaker,
  circuitBreak,
  consecutive,
  createCircuitBreaker,
  exponential,
  failureRate,
} from '../../src/operators/index.js';

it('keeps the type of the source, with a breaker or with options', () => {
  expectTypeOf(of(1).pipe(circuitBreak(createCircuitBreaker()))).toEqualTypeOf<
    Observable<number>
  >();
  expectTypeOf(of('a').pipe(circuitBreak({ openForMs: exponential() }))).toEqualTypeOf<
    Observable<string>
  >();
});

it('names the states, and gives a reason with each transition', () => {
  const breaker = breakers({ maxCount: 5 }).for('a');
  expectTypeOf(breaker).toEqualTypeOf<CircuitBreaker>();
  expectTypeOf(breaker.state).toEqualTypeOf<'closed' | 'open' | 'half-open'>();
  expectTypeOf(breaker.transition$).toEqualTypeOf<Observable<BreakerTransition>>();
  expectTypeOf(breaker.restore(breaker.snapshot())).toEqualTypeOf<Either<Error, void>>();
});

it('classifies an error or a completion', () => {
  createCircuitBreaker({
    classify: (outcome) => {
      if ('error' in outcome) expectTypeOf(outcome.error).toEqualTypeOf<unknown>();
      else expectTypeOf(outcome.completed).toEqualTypeOf<true>();
      return 'ignore';
    },
  });
});

it('rejects options that cannot work', () => {
  // @ts-expect-error [ts2322] -- a policy, not a number.
  createCircuitBreaker({ trip: 3 });
  // @ts-expect-error [ts2322] -- no such verdict.
  createCircuitBreaker({ classify: () => 'maybe' });
  // @ts-expect-error [ts2322] -- no such mode.
  circuitBreak({ mode: 'off' });
  // @ts-expect-error [ts2345] -- a rate must have a window.
  failureRate({ ratio: 0.5, minimumCount: 3 });
  // @ts-expect-error [ts2345] -- a count, not a list.
  consecutive([3]);
  // @ts-expect-error [ts2353] -- `maxCount` is an option of `breakers`.
  createCircuitBreaker({ maxCount: 3 });
});
