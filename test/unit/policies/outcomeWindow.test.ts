import { describe, expect, it } from 'vitest';
import { outcomeWindow, type OutcomeWindow } from '../../../src/policies/breaker/outcomeWindow.js';

const good = (window: OutcomeWindow, atMs = 0): boolean => window.record(false, atMs);
const bad = (window: OutcomeWindow, atMs = 0): boolean => window.record(true, atMs);

describe('a run', () => {
  const open = (count = 3) => outcomeWindow({ ratio: 1, minimumCount: count, count, isRun: true });

  it('trips at the last of the run, and starts over at a good one', () => {
    const run = open();
    expect([bad(run), bad(run), good(run), bad(run), bad(run), bad(run)]).toEqual([
      ...[false, false, false, false, false, true],
    ]);
    expect(run.isTimed).toBe(false);
    expect(run.describe('failure')).toBe('3 failures in a row');
  });

  it('says one in the singular', () => {
    const run = open(1);
    bad(run);
    expect(run.describe('failure')).toBe('1 failure in a row');
  });

  it('holds one entry, however long it is', () => {
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
});

describe('the last outcomes', () => {
  const open = () => outcomeWindow({ ratio: 0.5, minimumCount: 2, count: 4 });

  it('trip at the ratio, once there are enough', () => {
    const window = open();
    expect([bad(window), good(window), good(window), bad(window)]).toEqual([
      ...[false, true, false, true],
    ]);
    expect(window.describe('slow attempt')).toBe('2 slow attempts in 4 attempts');
  });

  it('leave in the order in which they came', () => {
    const window = open();
    for (const isBad of [true, true, false, true, false, false]) window.record(isBad, 0);
    expect(window.dump(0)).toEqual([
      { ageMs: 0, count: 1, badCount: 0 },
      { ageMs: 0, count: 1, badCount: 1 },
      { ageMs: 0, count: 2, badCount: 0 },
    ]);
    expect(window.describe('failure')).toBe('1 failure in 4 attempts');
  });

  it('take of a snapshot no more than fits, whatever it claims', () => {
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

describe('the outcomes of a time', () => {
  it('leave when their time is over, to the millisecond up to a second', () => {
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

  it('are kept in a thousand slices where it is longer', () => {
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

  it('age while nobody counts, and are loaded oldest first', () => {
    const window = outcomeWindow({ ratio: 1, minimumCount: 1, ms: 100 });
    const young = { ageMs: 10, count: 1, badCount: 1 };
    const old = { ageMs: 90, count: 2, badCount: 1 };
    window.load([young, old], 500);
    expect(window.dump(500)).toEqual([old, young]);
    expect(window.dump(520)).toEqual([{ ...young, ageMs: 30 }]);
  });
});
