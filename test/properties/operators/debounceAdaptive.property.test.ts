import fc from 'fast-check';
import { Subject, VirtualAction, VirtualTimeScheduler } from 'rxjs';
import { expect, it } from 'vitest';
import { debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';

const plans = fc.record({
  minMs: fc.nat(10),
  overMs: fc.nat(30),
  maxWaitOverMs: fc.option(fc.nat(40), { nil: undefined }),
  maxCount: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  leading: fc.boolean(),
  custom: fc.option(fc.array(fc.integer({ min: -5, max: 60 }), { minLength: 1 }), {
    nil: undefined,
  }),
  // What happens, and how long after the step before.
  steps: fc.array(
    fc.record({
      gapMs: fc.oneof(fc.nat(3), fc.nat(40)),
      what: fc.constantFrom('value', 'value', 'value', 'busy', 'free', 'flush'),
    }),
    { maxLength: 40 },
  ),
});

it('loses, repeats and reorders nothing, keeps its bounds, and leaves no task behind', () => {
  fc.assert(
    fc.property(plans, (plan) => {
      const scheduler = new VirtualTimeScheduler(VirtualAction);
      const source = new Subject<number>();
      const busy$ = new Subject<boolean>();
      const flush$ = new Subject<void>();
      const { minMs, maxCount, custom } = plan;
      const maxMs = minMs + plan.overMs;
      const maxWaitMs = plan.maxWaitOverMs === undefined ? undefined : minMs + plan.maxWaitOverMs;
      const windowsMs: number[] = [];
      const out: number[][] = [];
      const waitsMs: number[] = [];
      const arrivedAtMs: number[] = [];
      const others = plan.steps.length; // the tasks of this test
      let wasBusySinceFlush = false;
      let isBusy = false;

      source
        .pipe(
          debounceAdaptive({
            minMs,
            maxMs,
            ...(maxWaitMs !== undefined && { maxWaitMs }),
            ...(maxCount !== undefined && { maxCount }),
            ...(custom && { window: ({ count }) => custom[count % custom.length]! }),
            leading: plan.leading,
            busy$,
            flush$,
            observe: ({ windowMs }) => windowsMs.push(windowMs),
            reduce: (all: readonly number[] | undefined, value: number) => [...(all ?? []), value],
            scheduler,
          }),
        )
        .subscribe((values) => {
          if (!wasBusySinceFlush) waitsMs.push(scheduler.now() - arrivedAtMs[values[0]!]!);
          wasBusySinceFlush = isBusy;
          out.push([...values]);
        });

      let atMs = 0;
      let next = 0;
      let mostTasks = 0;
      let done = 0;
      for (const { gapMs, what } of plan.steps) {
        scheduler.schedule(
          () => {
            done++;
            if (what === 'value') {
              arrivedAtMs.push(scheduler.now());
              source.next(next++);
            }
            if (what === 'flush') flush$.next();
            if (what === 'busy' || what === 'free') {
              isBusy = what === 'busy';
              wasBusySinceFlush ||= isBusy;
              busy$.next(isBusy);
            }
            mostTasks = Math.max(mostTasks, scheduler.actions.length - (others - done));
          },
          (atMs += gapMs),
        );
      }
      scheduler.flush();
      const leftOver = scheduler.actions.length;
      source.complete();

      expect(out.flat()).toEqual([...Array(next).keys()]);
      expect(mostTasks).toBeLessThanOrEqual(1);
      expect(leftOver).toBe(0);
      for (const windowMs of windowsMs) {
        expect(windowMs).toBeGreaterThanOrEqual(minMs);
        expect(windowMs).toBeLessThanOrEqual(maxMs);
      }
      const boundMs = maxWaitMs ?? (maxMs > minMs ? 10 * maxMs : Infinity);
      for (const waitMs of waitsMs.slice(0, isBusy ? -1 : undefined)) {
        expect(waitMs).toBeLessThanOrEqual(boundMs);
      }
      if (maxCount !== undefined && !plan.steps.some(({ what }) => what === 'busy')) {
        for (const values of out) expect(values.length).toBeLessThanOrEqual(maxCount);
      }
    }),
    { numRuns: 2000 },
  );
});
