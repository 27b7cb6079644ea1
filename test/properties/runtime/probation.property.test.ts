import fc from 'fast-check';
import { expect, it } from 'vitest';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import type { TripPolicy } from '../../../src/policies/breaker/TripPolicy.js';
import { Probation } from '../../../src/runtime/calls/Probation.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';

interface Outcome {
  /** Undefined: a timer or listener threw. */
  readonly fn: string | undefined;
  readonly isFailure: boolean;
}

const functions = ['read', 'write', 'list'] as const;
const outcome: fc.Arbitrary<Outcome> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ fn: fc.constantFrom(...functions), isFailure: fc.boolean() }),
  },
  { weight: 1, arbitrary: fc.constant({ fn: undefined, isFailure: true }) },
);
const outcomes = fc.array(outcome, { maxLength: 40 });

/** How many of the outcomes are counted until the version fails, and why it fails; undefined when it does not. */
function failsAfter(trip: TripPolicy, given: readonly Outcome[]) {
  const reasons: string[] = [];
  const probation = new Probation('a', { trip, forMs: 1_000 }, new VirtualTime(), {
    failed: (reason) => reasons.push(reason),
    lasted: () => undefined,
  });
  for (const [index, { fn, isFailure }] of given.entries()) {
    if (isFailure) probation.failed(new Error(`failure ${index}`), fn);
    else if (fn !== undefined) probation.succeeded(fn);
    if (reasons.length > 0) return { count: index + 1, reason: reasons.join() };
  }
  return undefined;
}

/** The model: the failures at the end of a list. */
const failuresAtEnd = (given: readonly Outcome[]): number =>
  given.length - 1 - given.findLastIndex(({ isFailure }) => !isFailure);

it('fails a version at the failure that is one too many in a row, of all calls or of one function', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5 }), outcomes, (limit, given) => {
      const isTooMany = (counted: readonly Outcome[]) =>
        failuresAtEnd(counted) >= limit ||
        functions.some((name) => failuresAtEnd(counted.filter(({ fn }) => fn === name)) >= limit);
      const first = given.findIndex((_, index) => isTooMany(given.slice(0, index + 1)));

      const failed = failsAfter(consecutive(limit), given);
      expect(failed?.count).toBe(first === -1 ? undefined : first + 1);
      if (failed) expect(failed.reason).toContain(`the last one: failure ${first}`);
    }),
  );
});

it('finds a function that always fails, however many calls of others succeed between', () => {
  const trips = fc.oneof(
    fc.integer({ min: 1, max: 5 }).map((count) => consecutive(count)),
    fc
      .record({
        ratio: fc.double({ min: 0.1, max: 1, noNaN: true }),
        minimumCount: fc.integer({ min: 1, max: 5 }),
      })
      .map((rate) => failureRate({ ...rate, window: { count: 10 } })),
  );
  const others = fc.array(fc.nat(20), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(trips, others, (trip, successes) => {
      const given = successes.flatMap((count) => [
        ...Array.from({ length: count }, () => ({ fn: 'read', isFailure: false })),
        { fn: 'write', isFailure: true },
      ]);
      expect(failsAfter(trip, given)).toBeDefined();
    }),
  );
});

it('says which function it was, where it was not every call', () => {
  const write = { fn: 'write', isFailure: true };
  const read = { fn: 'read', isFailure: false };
  expect(failsAfter(consecutive(2), [write, read, write])?.reason).toBe(
    'write(): 2 failures in a row, the last one: failure 2',
  );
  expect(failsAfter(consecutive(2), [write, write])?.reason).toBe(
    '2 failures in a row, the last one: failure 1',
  );
});
