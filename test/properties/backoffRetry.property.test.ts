import fc from 'fast-check';
import { Observable, retry, Subject, take, type MonoTypeOperatorFunction } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../../src/operators/backoffRetry.js';
import { constant } from '../../src/policies/constant.js';
import { exponential } from '../../src/policies/exponential.js';
import { fibonacci } from '../../src/policies/fibonacci.js';
import { linear } from '../../src/policies/linear.js';

/** What an attempt does: values after gaps (0 is synchronous), and then an error, a completion, or nothing. */
const attempt = fc.record({
  gapsMs: fc.array(fc.nat(3), { maxLength: 3 }),
  endGapMs: fc.nat(3),
  end: fc.constantFrom(...Array<'error'>(6).fill('error'), 'complete', 'never'),
});

const schedule = fc.record({
  attempts: fc.array(attempt, { minLength: 2, maxLength: 8 }),
  maxRetries: fc.option(fc.nat(7), { nil: undefined }),
  delayMs: fc.nat(4),
  takeCount: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  unsubscribeAtMs: fc.option(fc.nat(50), { nil: undefined }),
  /** A second reader of the same pipe. */
  secondAtMs: fc.option(fc.nat(10), { nil: undefined }),
  /** The reader pushes a value into the running attempt from inside `next`. */
  echo: fc.boolean(),
});
type Schedule = typeof schedule extends fc.Arbitrary<infer S> ? S : never;

/** Everything that can be seen from outside, in order, with the time at which it was seen. */
function trace(plan: Schedule, retrying: MonoTypeOperatorFunction<string>): readonly string[] {
  const log: string[] = [];
  const scheduler = new TestScheduler(() => {});
  scheduler.run(() => {
    const note = (what: string) => log.push(`${scheduler.now()} ${what}`);
    const read = (reader: string): (() => void) => {
      const echoes = new Subject<string>();
      let index = 0;
      const source = new Observable<string>((subscriber) => {
        const i = index++;
        const { gapsMs, endGapMs, end } = plan.attempts[Math.min(i, plan.attempts.length - 1)]!;
        note(`${reader} attempt ${i}`);
        subscriber.add(echoes.subscribe((value) => subscriber.next(value)));
        const steps = gapsMs.map((gapMs, n) => ({
          gapMs,
          run: () => subscriber.next(`${i}.${n}`),
        }));
        // A source that never fails would be subscribed again for ever: past the plan it stays silent.
        const isPastPlan = i >= plan.attempts.length;
        const last = () => {
          if (isPastPlan || end === 'never') return;
          if (end === 'error') subscriber.error(`error ${i}`);
          else subscriber.complete();
        };
        const play = (n: number): void => {
          if (subscriber.closed) return;
          const step = steps[n] ?? { gapMs: endGapMs, run: last };
          const now = () => {
            step.run();
            if (n < steps.length) play(n + 1);
          };
          if (step.gapMs === 0) now();
          else subscriber.add(scheduler.schedule(now, step.gapMs));
        };
        play(0);
        return () => note(`${reader} torn down ${i}`);
      });
      const retried = source.pipe(retrying);
      let echoed = 0;
      const limited = plan.takeCount === undefined ? retried : retried.pipe(take(plan.takeCount));
      const subscription = limited.subscribe({
        next: (value) => {
          note(`${reader} next ${value}`);
          if (plan.echo && echoed < 3) echoes.next(`echo ${echoed++}`);
        },
        error: (error) => note(`${reader} error ${error}`),
        complete: () => note(`${reader} complete`),
      });
      return () => subscription.unsubscribe();
    };
    const stopFirst = read('a');
    if (plan.secondAtMs !== undefined) scheduler.schedule(() => read('b'), plan.secondAtMs);
    if (plan.unsubscribeAtMs !== undefined) scheduler.schedule(stopFirst, plan.unsubscribeAtMs);
  });
  return log;
}

describe('backoffRetry', () => {
  it('with a fixed curve is retry({ count, delay }), in everything that can be observed', () => {
    let retries = 0;
    fc.assert(
      fc.property(schedule, (plan) => {
        const { delayMs, maxRetries } = plan;
        const ours = trace(
          plan,
          backoffRetry({
            delay: constant(delayMs),
            ...(maxRetries !== undefined && { maxRetries }),
          }),
        );
        // No delay is what a delay of 0 means: `retry` would wait a turn for it.
        const count = maxRetries ?? Infinity;
        const theirs = trace(plan, retry(delayMs === 0 ? { count } : { count, delay: delayMs }));
        retries += theirs.filter((line) => / attempt [1-9]/.test(line)).length;
        expect(ours).toEqual(theirs);
      }),
      { numRuns: 2_000 },
    );
    expect(retries).toBeGreaterThan(2_000);
  });

  const ms = fc.integer({ min: 0, max: 100_000 });
  const curves = fc.oneof(
    fc
      .record({ initialMs: ms, multiplier: fc.double({ min: 1, max: 1e6, noNaN: true }) })
      .map((o) => exponential({ ...o, maxMs: Math.max(o.initialMs, 30_000) })),
    fc
      .record({ initialMs: ms, multiplier: fc.double({ min: 1, max: 1e6, noNaN: true }) })
      .map((o) => exponential({ ...o, maxMs: Infinity })),
    fc.record({ initialMs: ms, incrementMs: ms }).map((o) => linear(o)),
    fc.record({ unitMs: ms }).map((o) => fibonacci(o)),
    ms.map((n) => constant(n)),
  );

  it('gives each attempt from 1 to 5,000 a finite wait within the bounds, never shorter than the one before', () => {
    fc.assert(
      fc.property(curves, (curve) => {
        let before = 0;
        for (let n = 1; n <= 5_000; n++) {
          const delayMs = curve(n);
          if (!(delayMs >= before && delayMs >= curve.initialMs && delayMs <= curve.maxMs)) {
            expect.fail(`attempt ${n}: ${delayMs} after ${before}`);
          }
          before = delayMs;
        }
        expect(curve.maxMs).toBeLessThanOrEqual(2 ** 31 - 1);
      }),
      { numRuns: 200 },
    );
  });

  it('waits within the curve for every jitter, and gives the same waits for the same draws', () => {
    const jitters = fc.constantFrom('none', 'full', 'equal', 'decorrelated');
    const draws = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 12,
      maxLength: 12,
    });
    fc.assert(
      fc.property(curves, jitters, draws, (delay, jitter, drawn) => {
        const waits = (): number[] => {
          const seen: number[] = [];
          let n = 0;
          new TestScheduler(() => {}).run(() => {
            new Observable((subscriber) => subscriber.error('broken'))
              .pipe(
                backoffRetry({
                  delay,
                  jitter,
                  random: () => drawn[n++]!,
                  maxRetries: 12,
                  onRetry: ({ delayMs }) => seen.push(delayMs),
                }),
              )
              .subscribe({ error: () => {} });
          });
          return seen;
        };
        const seen = waits();
        expect(seen).toHaveLength(12);
        seen.forEach((waitMs, i) => {
          const curveMs = delay(i + 1);
          const [least, most] = {
            none: [curveMs, curveMs],
            full: [0, curveMs],
            equal: [curveMs / 2, curveMs],
            decorrelated: [delay.initialMs, delay.maxMs],
          }[jitter]!;
          expect(waitMs).toBeGreaterThanOrEqual(least! - 1e-6);
          expect(waitMs).toBeLessThanOrEqual(most! + 1e-6);
        });
        expect(waits()).toEqual(seen);
      }),
      { numRuns: 300 },
    );
  });
});
