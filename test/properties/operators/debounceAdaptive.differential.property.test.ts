import fc from 'fast-check';
import {
  debounceTime,
  type MonoTypeOperatorFunction,
  Observable,
  of,
  Subject,
  take,
  VirtualAction,
  VirtualTimeScheduler,
} from 'rxjs';
import { expect, it } from 'vitest';
import { debounceAdaptive } from '../../../src/operators/debounceAdaptive.js';

/** Random plans: what the source, the reader and the clock do. */
const plans = fc.record({
  dueMs: fc.nat(6),
  gapsMs: fc.array(fc.nat(7), { maxLength: 14 }),
  end: fc.constantFrom('complete', 'error', 'never'),
  endGapMs: fc.nat(9),
  source: fc.constantFrom('ahead', 'chained', 'synchronous'),
  takeCount: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
  unsubscribeAtMs: fc.option(fc.nat(40), { nil: undefined }),
  // The reader answers the n-th value it sees with so many values of its own.
  answers: fc.array(fc.nat(2), { maxLength: 3 }),
  synchronousCount: fc.nat(5),
});
type Plan = typeof plans extends fc.Arbitrary<infer P> ? P : never;

/** Everything that a reader, a source and a scheduler can see of an operator. */
function trace(
  plan: Plan,
  debounce: (dueMs: number, scheduler: VirtualTimeScheduler) => MonoTypeOperatorFunction<number>,
): string[] {
  const scheduler = new VirtualTimeScheduler(VirtualAction);
  const log: string[] = [];
  const note = (what: string) =>
    log.push(`${scheduler.now()} ${what} (${scheduler.actions.length} scheduled)`);
  const pushed = new Subject<number>();
  let next = 0;

  const push = () => {
    note(`push ${next}`);
    pushed.next(next++);
  };
  const finish = () => {
    if (plan.end === 'complete') pushed.complete();
    if (plan.end === 'error') pushed.error('failed');
  };
  const source = new Observable<number>((subscriber) => {
    note('subscribed');
    subscriber.add(() => note('left'));
    if (plan.source === 'synchronous') {
      for (let i = 0; i < plan.synchronousCount && !subscriber.closed; i++) {
        note(`push ${next}`);
        subscriber.next(next++);
      }
    }
    subscriber.add(pushed.subscribe(subscriber));
  });

  const scheduleFrom = (i: number): void => {
    const gapMs = plan.gapsMs[i];
    if (gapMs === undefined) {
      scheduler.schedule(finish, plan.endGapMs);
      return;
    }
    scheduler.schedule(() => {
      push();
      scheduleFrom(i + 1);
    }, gapMs);
  };
  if (plan.source === 'ahead') {
    let atMs = 0;
    for (const gapMs of plan.gapsMs) scheduler.schedule(push, (atMs += gapMs));
    scheduler.schedule(finish, atMs + plan.endGapMs);
  }

  let seen = 0;
  const reader = source
    .pipe(debounce(plan.dueMs, scheduler), take(plan.takeCount ?? Infinity))
    .subscribe({
      next: (value) => {
        note(`value ${value}`);
        for (let n = plan.answers[seen++] ?? 0; n > 0; n--) push();
      },
      error: (error) => note(`error ${error}`),
      complete: () => note('complete'),
    });
  if (plan.source === 'chained') scheduleFrom(0);
  if (plan.source === 'synchronous') finish();
  if (plan.unsubscribeAtMs !== undefined) {
    scheduler.schedule(() => {
      reader.unsubscribe();
      note('unsubscribed');
    }, plan.unsubscribeAtMs);
  }
  scheduler.flush();
  note('end');
  return log;
}

it.each([
  ['a number', (ms: number) => ({ minMs: ms })],
  ['maxMs = minMs', (ms: number) => ({ minMs: ms, maxMs: ms })],
])('with %s, does exactly what debounceTime does: each notification, time and task', (_, fixed) => {
  fc.assert(
    fc.property(plans, (plan) => {
      const ours = trace(plan, (ms, scheduler) => debounceAdaptive({ ...fixed(ms), scheduler }));
      const theirs = trace(plan, (ms, scheduler) => debounceTime(ms, scheduler));
      expect(ours).toEqual(theirs);
    }),
    { numRuns: 2000 },
  );
});

it('stops a synchronous source at the value that ends the reader', () => {
  const produced: number[] = [];
  const endless = new Observable<number>((subscriber) => {
    for (let i = 0; !subscriber.closed && i < 10; i++) {
      produced.push(i);
      subscriber.next(i);
    }
  });
  const seen: number[] = [];

  endless
    .pipe(debounceAdaptive({ minMs: 10, maxCount: 1 }), take(3))
    .subscribe((v) => seen.push(v));

  expect(seen).toEqual([0, 1, 2]);
  expect(produced).toEqual([0, 1, 2]);
});

it('emits the last value of a synchronous source', () => {
  const seen: number[] = [];
  of(1, 2, 3)
    .pipe(debounceAdaptive(10))
    .subscribe((v) => seen.push(v));
  expect(seen).toEqual([3]);
});
