import fc from 'fast-check';
import {
  concatMap,
  defer,
  finalize,
  map,
  Subject,
  startWith,
  timer,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { expect, it } from 'vitest';
import { perKey } from '../../../src/operators/perKey.js';

const plans = fc.record({
  idleMs: fc.oneof(fc.nat(20), fc.constant(Infinity)),
  values: fc.array(
    fc.record({
      gapMs: fc.oneof(fc.nat(5), fc.nat(60), fc.nat(400)),
      key: fc.nat(3),
      workMs: fc.nat(80),
    }),
    { maxLength: 40 },
  ),
  isChatty: fc.boolean(), // a run emits at once when it begins
  endsAtOnce: fc.boolean(), // the source completes with its last value
});

it('loses and reorders nothing of a key, with one sub-pipeline per key at a time, and frees all keys', () => {
  fc.assert(
    fc.property(plans, ({ idleMs, values, isChatty, endsAtOnce }) => {
      const scheduler = new VirtualTimeScheduler(VirtualAction);
      const source = new Subject<{ i: number; key: number; workMs: number }>();
      const done = new Map<number, number[]>();
      const live = new Map<number, number>();
      let mostLive = 0;
      let isComplete = false;

      source
        .pipe(
          perKey(
            ({ key }) => key,
            (values$, key) =>
              defer(() => {
                live.set(key, (live.get(key) ?? 0) + 1);
                mostLive = Math.max(mostLive, live.get(key)!);
                return values$.pipe(
                  concatMap(({ i, workMs }) => {
                    const run = timer(workMs, scheduler).pipe(map(() => ({ key, i })));
                    return isChatty ? run.pipe(startWith(undefined)) : run;
                  }),
                  finalize(() => live.set(key, live.get(key)! - 1)),
                );
              }),
            { idleMs, scheduler },
          ),
        )
        .subscribe({
          next: (result) => {
            if (result) done.set(result.key, [...(done.get(result.key) ?? []), result.i]);
          },
          complete: () => (isComplete = true),
        });

      let atMs = 0;
      values.forEach(({ gapMs, key, workMs }, i) =>
        scheduler.schedule(() => source.next({ i, key, workMs }), (atMs += gapMs)),
      );
      if (endsAtOnce) scheduler.schedule(() => source.complete(), atMs);
      scheduler.flush();

      expect(scheduler.actions).toEqual([]);
      if (idleMs !== Infinity) expect([...live.values()].every((n) => n === 0)).toBe(true);
      source.complete();
      scheduler.flush();

      expect(isComplete).toBe(true);
      expect(mostLive).toBeLessThanOrEqual(1);
      expect([...live.values()].every((n) => n === 0)).toBe(true);
      for (const key of [0, 1, 2, 3]) {
        const sent = values.flatMap((value, i) => (value.key === key ? [i] : []));
        expect(done.get(key) ?? []).toEqual(sent);
      }
    }),
    { numRuns: 1000 },
  );
});
