import { defer, finalize, NEVER, Observable, of, Subject, throwError, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, it } from 'vitest';
import { backoffRetry } from '../../../src/operators/backoffRetry.js';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { createCircuitBreaker } from '../../../src/operators/createCircuitBreaker.js';
import { constant } from '../../../src/policies/backoff/constant.js';
import { exponential } from '../../../src/policies/backoff/exponential.js';
import { CircuitOpenError } from '../../../src/policies/breaker/CircuitOpenError.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';

const inVirtualTime = (body: (scheduler: TestScheduler) => void): void => {
  const scheduler = new TestScheduler(() => {});
  scheduler.run(() => body(scheduler));
};

const longestMs = 2 ** 31 - 1;

/** Defects of other libraries, numbered as in the list that they were reproduced from. */
describe('peer defects of retry and breaker', () => {
  it('3 timer(2 ** 31) fires at once: no wait is ever longer than a timer can hold', () => {
    const waits: number[] = [];
    inVirtualTime(() => {
      throwError(() => 'broken')
        .pipe(
          backoffRetry({
            delay: (attempt) => 1_000 * 2 ** (attempt - 1),
            maxRetries: 40,
            onRetry: ({ delayMs }) => waits.push(delayMs),
          }),
        )
        .subscribe({ error: () => {} });
    });
    expect(waits[20]).toBe(1_000 * 2 ** 20);
    expect(waits.slice(22)).toEqual(Array(18).fill(longestMs));
    expect(exponential({ maxMs: Infinity })(5_000)).toBe(longestMs);
    expect(constant(Infinity)(1)).toBe(longestMs);
  });

  it('3 an open time past 2 ** 31 - 1 is cut to it', () => {
    const breaker = createCircuitBreaker({ trip: consecutive(1), openForMs: () => 2 ** 40 });
    const seen: CircuitOpenError[] = [];
    const guarded = throwError(() => 'broken').pipe(circuitBreak(breaker));
    guarded.subscribe({ error: () => {} });
    guarded.subscribe({ error: (error) => seen.push(error) });
    expect(seen[0]!.retryAfterMs).toBeGreaterThan(longestMs - 10_000);
    expect(seen[0]!.retryAfterMs).toBeLessThanOrEqual(longestMs);
  });

  it('4 a source that loads and then crashes climbs the curve and gives up', () => {
    let loads = 0;
    const waits: number[] = [];
    const seen: unknown[] = [];
    inVirtualTime(() => {
      new Observable<string>((subscriber) => {
        loads++;
        subscriber.next('loaded');
        subscriber.error('crashed');
      })
        .pipe(
          backoffRetry({
            delay: exponential({ initialMs: 10 }),
            maxRetries: 3,
            resetAfterMs: 1_000,
            onRetry: ({ delayMs }) => waits.push(delayMs),
          }),
        )
        .subscribe({ error: (error: unknown) => seen.push(error) });
    });
    expect([loads, waits, seen]).toEqual([4, [10, 20, 40], ['crashed']]);
  });

  it('5 200,000 synchronous retries do not grow the stack', () => {
    let attempts = 0;
    const depths = new Set<number>();
    const seen: unknown[] = [];
    defer(() => {
      if (++attempts % 50_000 === 0) depths.add(stackDepth());
      return attempts > 200_000 ? of('at last') : throwError(() => 'broken');
    })
      .pipe(backoffRetry({ delay: constant(0) }))
      .subscribe((value) => seen.push(value));
    expect([attempts, seen, depths.size]).toEqual([200_001, ['at last'], 1]);
  });

  it('5 nor do 200,000 retries whose delay emits synchronously', () => {
    let attempts = 0;
    const seen: unknown[] = [];
    defer(() => (++attempts > 200_000 ? of('at last') : throwError(() => 'broken')))
      .pipe(backoffRetry({ delay: () => of(0) }))
      .subscribe((value) => seen.push(value));
    expect([attempts, seen]).toEqual([200_001, ['at last']]);
  });

  it('7 four failures, an idle hour and one more do not open a window of 5 seconds', () => {
    let nowMs = 0;
    const breaker = createCircuitBreaker({
      trip: failureRate({ ratio: 0.5, minimumCount: 5, window: { ms: 5_000 } }),
      scheduler: { now: () => nowMs, schedule: new TestScheduler(() => {}).schedule },
    });
    const failed = throwError(() => 'broken').pipe(circuitBreak(breaker));
    const fail = () => failed.subscribe({ error: () => {} });
    for (let i = 0; i < 4; i++) fail();
    nowMs += 3_600_000;
    fail();
    expect(breaker.state).toBe('closed');
    for (let i = 0; i < 4; i++) fail();
    expect(breaker.state).toBe('open');
  });

  /** A breaker in half-open with its probe under way, and an attempt that began while it was closed. */
  const halfOpenWithLateAttempt = () => {
    const breaker = createCircuitBreaker({ trip: consecutive(1), openForMs: 50 });
    const [late, probe] = [new Subject<never>(), new Subject<never>()];
    late.pipe(circuitBreak(breaker)).subscribe({ error: () => {} });
    throwError(() => 'broken')
      .pipe(circuitBreak(breaker))
      .subscribe({ error: () => {} });
    breaker.probeNow();
    probe.pipe(circuitBreak(breaker)).subscribe({ error: () => {} });
    return { breaker, late, probe };
  };

  it('8 an attempt that began while closed and fails in half-open does not open the breaker again', () => {
    const { breaker, late, probe } = halfOpenWithLateAttempt();
    late.error('late');
    expect(breaker.state).toBe('half-open');
    probe.complete();
    expect(breaker.state).toBe('closed');
  });

  it('9 an attempt that began while closed and succeeds in half-open does not close the breaker', () => {
    const { breaker, late, probe } = halfOpenWithLateAttempt();
    late.complete();
    expect(breaker.state).toBe('half-open');
    probe.error('still broken');
    expect(breaker.state).toBe('open');
  });

  it('10 a probe that hangs does not block the others for ever', () => {
    const seen: unknown[] = [];
    inVirtualTime(() => {
      const attempts = [throwError(() => 'broken'), NEVER, of('mended')];
      let n = 0;
      const breaker = createCircuitBreaker({
        trip: consecutive(1),
        openForMs: 100,
        probeTimeoutMs: 20,
      });
      const guarded = defer(() => attempts[n++]!).pipe(circuitBreak(breaker));
      guarded.subscribe({ error: () => {} });
      timer(100).subscribe(() => guarded.subscribe());
      timer(110).subscribe(() =>
        guarded.subscribe({ error: (error) => seen.push(error.retryAfterMs) }),
      );
      timer(220).subscribe(() => guarded.subscribe((value) => seen.push(value, breaker.state)));
    });
    expect(seen).toEqual([20, 'mended', 'half-open']);
  });

  it('10 without a timeout a refused attempt still learns when to try again', () => {
    const breaker = createCircuitBreaker({ trip: consecutive(1), openForMs: 100 });
    throwError(() => 'broken')
      .pipe(circuitBreak(breaker))
      .subscribe({ error: () => {} });
    breaker.probeNow();
    NEVER.pipe(circuitBreak(breaker)).subscribe();
    const seen: CircuitOpenError[] = [];
    NEVER.pipe(circuitBreak(breaker)).subscribe({ error: (error) => seen.push(error) });
    expect(seen[0]).toBeInstanceOf(CircuitOpenError);
    expect(seen[0]!.retryAfterMs).toBe(100);
    expect(seen[0]!.cause).toBe('broken');
  });

  it('11 by default one failure does not open a breaker, three in a row do', () => {
    const breaker = createCircuitBreaker();
    const states = [0, 1, 2].map(() => {
      throwError(() => 'broken')
        .pipe(circuitBreak(breaker))
        .subscribe({ error: () => {} });
      return breaker.state;
    });
    expect(states).toEqual(['closed', 'closed', 'open']);
  });

  it('12 every wait is on the scheduler that was given', () => {
    const scheduler = new TestScheduler(() => {});
    const seen: string[] = [];
    let n = 0;
    defer(() => (++n < 3 ? throwError(() => 'broken') : of('done')))
      .pipe(backoffRetry({ delay: constant(1_000), scheduler }))
      .subscribe((value) => seen.push(`${value} at ${scheduler.now()}`));
    expect([seen, n]).toEqual([[], 1]);
    scheduler.maxFrames = Infinity;
    scheduler.flush();
    expect(seen).toEqual(['done at 2000']);
  });

  it('13 two readers of one pipe each have their own retries', () => {
    const waits: string[] = [];
    inVirtualTime((scheduler) => {
      const retried = throwError(() => 'broken').pipe(
        backoffRetry({
          delay: constant(10),
          maxRetries: 2,
          onRetry: ({ attempt }) => waits.push(`${scheduler.now()}: ${attempt}`),
        }),
        finalize(() => waits.push(`${scheduler.now()}: end`)),
      );
      retried.subscribe({ error: () => {} });
      timer(5).subscribe(() => retried.subscribe({ error: () => {} }));
    });
    expect(waits).toEqual(['0: 1', '5: 1', '10: 2', '15: 2', '20: end', '25: end']);
  });

  it('a curve that starts at 0 stays at 0 past attempt 1024, where 0 * 2 ** n is NaN', () => {
    const curve = exponential({ initialMs: 0 });
    expect([1, 1_024, 1_025, 1_026, 5_000].map(curve)).toEqual([0, 0, 0, 0, 0]);
  });
});

function stackDepth(): number {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = Infinity;
  const depth = new Error('depth').stack!.split('\n').length;
  Error.stackTraceLimit = stackTraceLimit;
  return depth;
}
