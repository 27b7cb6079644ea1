import fc from 'fast-check';
import { type MonoTypeOperatorFunction, Observable, Subject, take } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';

/** What the source does in one attempt: values after gaps (0 is synchronous), then an error, a completion, or nothing. */
const attempt = fc.record({
  gapsMs: fc.array(fc.nat(3), { maxLength: 3 }),
  endGapMs: fc.nat(3),
  end: fc.constantFrom(...Array<'error'>(6).fill('error'), 'complete', 'never'),
});

/** A random source, and random subscribers to what an operator makes of it. */
export const schedule = fc.record({
  attempts: fc.array(attempt, { minLength: 2, maxLength: 8 }),
  maxRetries: fc.option(fc.nat(7), { nil: undefined }),
  delayMs: fc.nat(4),
  takeCount: fc.option(fc.integer({ min: 1, max: 12 }), { nil: undefined }),
  unsubscribeAtMs: fc.option(fc.nat(50), { nil: undefined }),
  /** When a second subscriber comes to the same pipe. */
  secondAtMs: fc.option(fc.nat(10), { nil: undefined }),
  /** Whether the subscriber pushes values into the running attempt from inside `next`. */
  echo: fc.boolean(),
});
export type Schedule = typeof schedule extends fc.Arbitrary<infer S> ? S : never;

/** Everything that can be seen from outside, in order, with the time. */
export function trace(
  plan: Schedule,
  operator: MonoTypeOperatorFunction<string>,
): readonly string[] {
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
        // Past the plan the source stays silent: one that keeps failing would be resubscribed for ever.
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
      const result = source.pipe(operator);
      let echoed = 0;
      const limited = plan.takeCount === undefined ? result : result.pipe(take(plan.takeCount));
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
