import fc from 'fast-check';
import { concatMap, defer, finalize, from, map, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import { coalesceMap } from '../../../src/operators/coalesceMap.js';

/** A change and the run it would start: `gapMs` after the last change, `runMs` long. */
const saves = fc.array(fc.record({ gapMs: fc.nat(8), runMs: fc.nat(10) }), { minLength: 1 });

it('never runs two at once, and always runs the last value', () => {
  fc.assert(
    fc.property(saves, (plan) => {
      let active = 0;
      let mostActive = 0;
      const ran: number[] = [];

      new TestScheduler(() => {}).run(() => {
        const source = from(plan.keys()).pipe(
          concatMap((i) => timer(plan[i]!.gapMs).pipe(map(() => i))),
        );
        const run = (i: number) =>
          defer(() => {
            ran.push(i);
            mostActive = Math.max(mostActive, ++active);
            return timer(plan[i]!.runMs).pipe(finalize(() => active--));
          });
        source.pipe(coalesceMap(run)).subscribe();
      });

      expect(mostActive).toBe(1);
      expect(active).toBe(0);
      expect(ran.at(-1)).toBe(plan.length - 1);
      expect(ran).toEqual([...new Set(ran)].sort((a, b) => a - b));
    }),
  );
});
