import fc from 'fast-check';
import { Observable, retry } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../../../src/operators/backoffRetry.js';
import { constant } from '../../../src/policies/backoff/constant.js';
import { exponential } from '../../../src/policies/backoff/exponential.js';
import { fibonacci } from '../../../src/policies/backoff/fibonacci.js';
import { linear } from '../../../src/policies/backoff/linear.js';
import { schedule, trace } from '../support/trace.js';

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
        // A delay of 0 is left out for `retry`, which would wait for a timer; ours retries at once.
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
