import { describe, expect, it } from 'vitest';
import { breakerRules } from '../../../src/policies/breaker/breakerRules.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import { outcomeWindow } from '../../../src/policies/breaker/outcomeWindow.js';
import type { OutcomeCounter, TripPolicy } from '../../../src/policies/breaker/TripPolicy.js';

const good = (counter: OutcomeCounter, atMs = 0): boolean => counter.record(false, atMs);
const bad = (counter: OutcomeCounter, atMs = 0): boolean => counter.record(true, atMs);

/** The counter of failures that a policy makes for a breaker. */
const failuresOf = (trip: TripPolicy): OutcomeCounter =>
  breakerRules({ trip }, () => expect.unreachable()).failures;

describe('a trip policy', () => {
  it('is plain data that survives JSON', () => {
    const rate = { ratio: 0.5, minimumCount: 2, window: { ms: 100 } };
    expect(consecutive(3)).toEqual({ _tag: 'consecutive', failureCount: 3 });
    expect(failureRate(rate)).toEqual({ _tag: 'failureRate', ...rate });
    expect(JSON.parse(JSON.stringify(consecutive(3)))).toEqual(consecutive(3));
    expect(JSON.parse(JSON.stringify(failureRate(rate)))).toEqual(failureRate(rate));
  });

  it('counts the same after it went through JSON', () => {
    const run = failuresOf(JSON.parse(JSON.stringify(consecutive(2))));
    expect([bad(run), good(run), bad(run), bad(run)]).toEqual([false, false, false, true]);
    const rate = failureRate({ ratio: 0.5, minimumCount: 2, window: { count: 4 } });
    const window = failuresOf(JSON.parse(JSON.stringify(rate)));
    expect([bad(window), good(window)]).toEqual([false, true]);
  });

  it('throws where its data, written by hand, cannot work', () => {
    expect(() => failuresOf({ _tag: 'consecutive', failureCount: 0 })).toThrow(
      'consecutive: failureCount (0) is less than 1',
    );
  });

  it('gives each breaker a counter of its own', () => {
    const trip = consecutive(2);
    const [first, second] = [failuresOf(trip), failuresOf(trip)];
    expect([bad(first), bad(second), bad(first)]).toEqual([false, false, true]);
  });

  it('counts slow attempts among as many attempts as it looks at', () => {
    const slow = { afterMs: 10, ratio: 0.5 };
    const { slowness } = breakerRules({ trip: consecutive(4), slow }, () => 0);
    expect([bad(slowness!), good(slowness!), bad(slowness!), good(slowness!)]).toEqual([
      ...[false, false, false, true],
    ]);
    expect(slowness!.describe('slow attempt')).toBe('2 slow attempts in 4 attempts');
  });
});

describe('a run of failures', () => {
  const open = (count = 3) => failuresOf(consecutive(count));

  it('trips at its last failure, and starts over at a success', () => {
    const run = open();
    expect([bad(run), bad(run), good(run), bad(run), bad(run), bad(run)]).toEqual([
      ...[false, false, false, false, false, true],
    ]);
    expect(run.isTimed).toBe(false);
    expect(run.describe('failure')).toBe('3 failures in a row');
  });

  it('uses the singular for one failure', () => {
    const run = open(1);
    bad(run);
    expect(run.describe('failure')).toBe('1 failure in a row');
  });

  it('dumps one entry, however long it is', () => {
    const run = open(Infinity);
    for (let i = 0; i < 100; i++) bad(run);
    expect(run.dump(7)).toEqual([{ ageMs: 0, count: 100, badCount: 100 }]);
    good(run);
    expect(run.dump(7)).toEqual([]);
  });

  it('goes on with the run at the end of what is loaded', () => {
    const run = open();
    run.load([{ ageMs: 0, count: 9, badCount: 2 }], 0);
    expect(bad(run)).toBe(true);
    run.load([{ ageMs: 0, count: 2, badCount: 0 }], 0);
    expect([bad(run), bad(run), bad(run)]).toEqual([false, false, true]);
  });

  it('loads the oldest entry first, whatever their order', () => {
    const run = open();
    const failures = { ageMs: 5, count: 2, badCount: 2 };
    run.load([failures, { ageMs: 9, count: 1, badCount: 0 }], 10);
    expect(bad(run)).toBe(true);
    run.load([{ ageMs: 3, count: 1, badCount: 0 }, failures], 10);
    expect(bad(run)).toBe(false);
  });

  it('counts no further than where it trips', () => {
    const run = open(2);
    run.load([{ ageMs: 0, count: 8, badCount: 8 }], 0);
    expect(run.dump(0)).toEqual([{ ageMs: 0, count: 2, badCount: 2 }]);
  });
});

describe('a window of the last outcomes', () => {
  const open = () => outcomeWindow({ ratio: 0.5, minimumCount: 2, count: 4 });

  it('trips at the ratio, once there are enough', () => {
    const window = open();
    expect([bad(window), good(window), good(window), bad(window)]).toEqual([
      ...[false, true, false, true],
    ]);
    expect(window.describe('slow attempt')).toBe('2 slow attempts in 4 attempts');
  });

  it('drops outcomes in the order in which they came', () => {
    const window = open();
    for (const isBad of [true, true, false, true, false, false]) window.record(isBad, 0);
    expect(window.dump(0)).toEqual([
      { ageMs: 0, count: 1, badCount: 0 },
      { ageMs: 0, count: 1, badCount: 1 },
      { ageMs: 0, count: 2, badCount: 0 },
    ]);
    expect(window.describe('failure')).toBe('1 failure in 4 attempts');
  });

  it('loads no more of a snapshot than fits, whatever it claims', () => {
    const window = open();
    window.load([{ ageMs: 0, count: Number.MAX_SAFE_INTEGER, badCount: 3 }], 0);
    expect(window.dump(0)).toEqual([
      { ageMs: 0, count: 1, badCount: 0 },
      { ageMs: 0, count: 3, badCount: 3 },
    ]);
    window.clear();
    expect(window.dump(0)).toEqual([]);
    expect([bad(window), bad(window)]).toEqual([false, true]);
  });
});

describe('a window of time', () => {
  it('of up to a second drops outcomes to the millisecond', () => {
    const window = outcomeWindow({ ratio: 1, minimumCount: 2, ms: 100 });
    bad(window, 1_000);
    bad(window, 1_000);
    good(window, 1_050);
    expect(window.dump(1_099)).toEqual([
      { ageMs: 99, count: 2, badCount: 2 },
      { ageMs: 49, count: 1, badCount: 0 },
    ]);
    expect(window.dump(1_100)).toEqual([{ ageMs: 50, count: 1, badCount: 0 }]);
    expect(window.dump(1_150)).toEqual([]);
    expect([bad(window, 1_150), bad(window, 1_151)]).toEqual([false, true]);
    expect(window.describe('failure')).toBe('2 failures in 2 attempts within 100 ms');
  });

  it('of more than a second is kept in a thousand slices', () => {
    const window = outcomeWindow({ ratio: 1, minimumCount: 2, ms: 10_000 });
    expect(window.isTimed).toBe(true);
    for (let atMs = 0; atMs < 100; atMs++) window.record(atMs === 99, atMs);
    const slices = window.dump(100);
    expect(slices).toHaveLength(10);
    expect(slices[0]).toEqual({ ageMs: 100, count: 10, badCount: 0 });
    expect(slices[9]).toEqual({ ageMs: 10, count: 10, badCount: 1 });
    expect(window.dump(10_009)).toHaveLength(9);
    expect(window.dump(10_089)).toHaveLength(1);
    expect(window.dump(10_090)).toHaveLength(0);
  });

  it('ages outcomes while nothing is recorded, and loads the oldest first', () => {
    const window = outcomeWindow({ ratio: 1, minimumCount: 1, ms: 100 });
    const young = { ageMs: 10, count: 1, badCount: 1 };
    const old = { ageMs: 90, count: 2, badCount: 1 };
    window.load([young, old], 500);
    expect(window.dump(500)).toEqual([old, young]);
    expect(window.dump(520)).toEqual([{ ...young, ageMs: 30 }]);
  });
});
