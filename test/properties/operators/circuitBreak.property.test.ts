import fc from 'fast-check';
import { identity, retry } from 'rxjs';
import { expect, it } from 'vitest';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import { schedule, trace } from '../support/trace.js';

const neverOpen = consecutive(1_000_000);

it('changes nothing that can be observed while it is closed', () => {
  let values = 0;
  fc.assert(
    fc.property(schedule, (plan) => {
      const theirs = trace(plan, identity);
      expect(trace(plan, circuitBreak({ trip: neverOpen }))).toEqual(theirs);
      values += theirs.filter((line) => line.includes(' next ')).length;
    }),
    { numRuns: 2_000 },
  );
  expect(values).toBeGreaterThan(2_000);
});

it('changes nothing while it is closed, under a retry that subscribes again at once', () => {
  fc.assert(
    fc.property(schedule, (plan) => {
      const count = plan.maxRetries ?? 10;
      const guard = circuitBreak<string>({ trip: neverOpen });
      const guarded = trace(plan, (source) => source.pipe(guard, retry({ count })));
      expect(guarded).toEqual(trace(plan, retry({ count })));
    }),
    { numRuns: 1_000 },
  );
});

it('lets everything through in shadow mode, even when it would have opened', () => {
  fc.assert(
    fc.property(schedule, fc.boolean(), (plan, isSlow) => {
      const trip = failureRate({ ratio: 0.1, minimumCount: 1, window: { ms: 20 } });
      const slow = { afterMs: 2, ratio: 0.1 };
      const shadow = circuitBreak<string>({
        trip,
        mode: 'shadow',
        probeTimeoutMs: 1,
        ...(isSlow && { slow }),
      });
      expect(trace(plan, shadow)).toEqual(trace(plan, identity));
    }),
    { numRuns: 1_000 },
  );
});
