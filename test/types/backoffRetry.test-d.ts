import { type Observable, of, timer } from 'rxjs';
import { expectTypeOf, it } from 'vitest';
import {
  type BackoffPolicy,
  backoffRetry,
  constant,
  exponential,
  fibonacci,
  linear,
  retryBudget,
} from '../../src/operators/index.js';

it('keeps the type of the source', () => {
  expectTypeOf(of(1).pipe(backoffRetry())).toEqualTypeOf<Observable<number>>();
  expectTypeOf(of('a').pipe(backoffRetry({ delay: exponential() }))).toEqualTypeOf<
    Observable<string>
  >();
});

it('takes every curve for a policy', () => {
  expectTypeOf(exponential()).toExtend<BackoffPolicy>();
  expectTypeOf(linear({ initialMs: 1, incrementMs: 1 })).toExtend<BackoffPolicy>();
  expectTypeOf(fibonacci({ unitMs: 1 })).toExtend<BackoffPolicy>();
  expectTypeOf(constant(1)).toExtend<BackoffPolicy>();
});

it('takes a function that answers with milliseconds, nothing, or something to wait for', () => {
  backoffRetry({
    delay: (attempt, error, previousMs) => {
      expectTypeOf(attempt).toEqualTypeOf<number>();
      expectTypeOf(error).toEqualTypeOf<unknown>();
      expectTypeOf(previousMs).toEqualTypeOf<number>();
      return attempt > 1 ? previousMs : undefined;
    },
  });
  backoffRetry({ delay: () => timer(5) });
  backoffRetry({ delay: async () => 'ready' });
});

it('takes a shared budget and a stream that wakes it', () => {
  backoffRetry({
    budget: retryBudget({ retriesPerSuccessRatio: 0.2, reserveCount: 10 }),
    retryNow$: of('change'),
  });
});

it('rejects options that cannot work', () => {
  // @ts-expect-error [ts2322] -- a duration is a number.
  backoffRetry({ delay: () => false });
  // @ts-expect-error [ts2322] -- no such jitter.
  backoffRetry({ jitter: 'half' });
  // @ts-expect-error [ts2353] -- the name has a unit.
  backoffRetry({ resetAfter: 5 });
  // @ts-expect-error [ts2345] -- a linear curve must have an increment.
  linear({ initialMs: 5 });
});
