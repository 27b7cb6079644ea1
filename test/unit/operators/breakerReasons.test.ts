import { EMPTY, NEVER, throwError } from 'rxjs';
import { expect, it } from 'vitest';
import { circuitBreak } from '../../../src/operators/circuitBreak.js';
import { CircuitOpenError } from '../../../src/policies/breaker/CircuitOpenError.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import { breakerByHand } from './breakerByHand.js';

/** A breaker on a clock that the test sets, with its transitions and attempts through it. */
function setUp(options: { readonly probeGapMs?: number } = {}) {
  const { breaker, clock, transitions } = breakerByHand(options);
  const fail = () =>
    throwError(() => new Error('broken'))
      .pipe(circuitBreak(breaker))
      .subscribe({ error: () => {} });
  const succeed = () => EMPTY.pipe(circuitBreak(breaker)).subscribe();
  const refusal = () => {
    let seen: unknown;
    NEVER.pipe(circuitBreak(breaker))
      .subscribe({ error: (error: unknown) => (seen = error) })
      .unsubscribe();
    return seen;
  };
  const said = () => transitions.map(({ from, to, reason }) => `${from} → ${to}: ${reason}`);
  return { breaker, clock, said, fail, succeed, refusal };
}

it('gives a reason for each change of state', () => {
  const { breaker, clock, said, fail, succeed } = setUp();
  fail();
  clock.nowMs += 100;
  succeed();
  fail();
  expect(breaker.probeNow()).toBe(true);
  succeed();
  const end = breaker.isolate();
  end();
  end();
  expect(said()).toEqual([
    'closed → open: 1 failure in a row',
    'open → half-open: open for 100 ms',
    'half-open → closed: a probe succeeded',
    'closed → open: 1 failure in a row',
    'open → half-open: a change may have fixed it',
    'half-open → closed: a probe succeeded',
    'closed → open: isolated by hand',
    'open → closed: isolation ended',
  ]);
});

it('keeps the time of its opening when it is isolated after that', () => {
  const { breaker, clock, fail, refusal } = setUp();
  clock.nowMs = 2_000;
  fail();
  clock.nowMs = 2_050;
  breaker.isolate();
  expect(refusal()).toMatchObject({ name: 'CircuitOpenError', openedAtMs: 2_000 });
});

it('takes the time of the isolation for its opening when it was closed', () => {
  const { breaker, clock, refusal } = setUp();
  clock.nowMs = 2_000;
  breaker.isolate();
  clock.nowMs = 2_050;
  expect(refusal()).toMatchObject({ openedAtMs: 2_000 });
});

it('lets a change probe again after a reset, within probeGapMs', () => {
  const { breaker, fail } = setUp({ probeGapMs: 500 });
  fail();
  expect(breaker.probeNow()).toBe(true);
  fail();
  expect(breaker.probeNow()).toBe(false);
  breaker.reset();
  fail();
  expect(breaker.probeNow()).toBe(true);
});

it('keeps what opened it in a snapshot, and null where nothing did', () => {
  const { breaker, fail, clock } = setUp();
  expect(breaker.snapshot()).toMatchObject({ state: 'closed', cause: null, leftMs: 0 });
  fail();
  clock.nowMs += 40;
  const snapshot = breaker.snapshot();
  expect(snapshot).toMatchObject({ state: 'open', cause: 'broken', leftMs: 60 });

  const other = setUp();
  other.clock.nowMs = clock.nowMs;
  expect(other.breaker.restore(snapshot)._tag).toBe('Right');
  expect(other.refusal()).toMatchObject({
    retryAfterMs: 60,
    cause: expect.objectContaining({ message: 'broken' }) as unknown,
  });
});

it('names its refusal CircuitOpenError', () => {
  expect(
    new CircuitOpenError({ breaker: 'b', retryAfterMs: 1, openedAtMs: 0 }, undefined).name,
  ).toBe('CircuitOpenError');
});

it('refuses counts that are not whole numbers', () => {
  const rate = { ratio: 0.5, minimumCount: 2, window: { count: 4 } };
  expect(() => failureRate({ ...rate, minimumCount: 2.5 })).toThrow('minimumCount (2.5)');
  expect(() => failureRate({ ...rate, window: { count: 4.5 } })).toThrow('window.count (4.5)');
});
