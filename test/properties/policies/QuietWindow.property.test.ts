import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  QuietWindow,
  type QuietWindowOptions,
} from '../../../src/policies/debounce/QuietWindow.js';

const options: fc.Arbitrary<QuietWindowOptions> = fc
  .record({ minMs: fc.nat(100), overMs: fc.nat(1000) })
  .map(({ minMs, overMs }) => ({
    minMs,
    maxMs: minMs + overMs,
    maxWaitMs: 10 * (minMs + overMs),
  }));
const adaptive = options.filter(({ minMs, maxMs }) => maxMs > minMs);
const gaps = fc.array(fc.oneof(fc.nat(5), fc.nat(100), fc.nat(20_000)), { maxLength: 60 });

/** Sends values with the given gaps, and flushes the window when it is due, as the operator would. */
function live(given: QuietWindowOptions, gapsMs: readonly number[], startMs = 1_000_000) {
  const quiet = new QuietWindow(given);
  const windowsMs: number[] = [];
  const flushesMs: number[] = [];
  let nowMs = startMs;
  for (const gapMs of gapsMs) {
    const dueMs = nowMs + quiet.remainingMs(nowMs);
    if (quiet.isOpen && dueMs < nowMs + gapMs) {
      flushesMs.push(dueMs - startMs);
      quiet.isOpen = false;
      quiet.flush(dueMs, quiet.isQuiet(dueMs));
    }
    nowMs += gapMs;
    quiet.arrive(nowMs);
    windowsMs.push(quiet.windowMs);
  }
  return { quiet, windowsMs, flushesMs, nowMs };
}

it('keeps the window from minMs to maxMs', () => {
  fc.assert(
    fc.property(options, gaps, (given, gapsMs) => {
      const { windowsMs, quiet } = live(given, gapsMs);
      for (const windowMs of [...windowsMs, quiet.floorMs]) {
        expect(windowMs).toBeGreaterThanOrEqual(given.minMs);
        expect(windowMs).toBeLessThanOrEqual(given.maxMs);
      }
    }),
  );
});

it('never waits longer than maxWaitMs from the first held value', () => {
  fc.assert(
    fc.property(options, gaps, (given, gapsMs) => {
      const { quiet, nowMs } = live(given, gapsMs);
      if (quiet.count === 0) return;
      const dueMs = nowMs + quiet.remainingMs(nowMs);
      expect(dueMs - quiet.heldSinceMs).toBeLessThanOrEqual(given.maxWaitMs);
    }),
  );
});

it('never shrinks the window while the rate rises', () => {
  const risingGaps = fc
    .array(fc.nat(2000), { minLength: 2, maxLength: 60 })
    .map((ms) => ms.sort((a, b) => b - a));
  fc.assert(
    fc.property(adaptive, risingGaps, (given, gapsMs) => {
      const { windowsMs } = live(given, gapsMs);
      expect(windowsMs).toEqual(windowsMs.toSorted((a, b) => a - b));
    }),
  );
});

it('waits minMs for a value after a quiet of ten times maxMs, whatever came before', () => {
  fc.assert(
    fc.property(adaptive, gaps, (given, gapsMs) => {
      const { windowsMs } = live(given, [...gapsMs, 10 * given.maxMs]);
      if (gapsMs.length > 0) expect(windowsMs.at(-1)).toBe(given.minMs);
    }),
  );
});

it('waits minMs for values that are at least maxMs apart', () => {
  fc.assert(
    fc.property(adaptive, fc.integer({ min: 2, max: 50 }), fc.nat(1000), (given, count, moreMs) => {
      const gapMs = Math.max(given.maxMs, 4 * Math.max(given.minMs, 1)) + moreMs;
      const { windowsMs } = live(
        given,
        Array.from({ length: count }, () => gapMs),
      );
      expect(new Set(windowsMs)).toEqual(new Set([given.minMs]));
    }),
  );
});

it('decides the same, whatever the clock is set to', () => {
  const tenYearsMs = 10 * 365 * 86_400_000;
  fc.assert(
    fc.property(options, gaps, (given, gapsMs) => {
      const here = live(given, gapsMs, tenYearsMs);
      const there = live(given, gapsMs, 2 * tenYearsMs);
      expect(there.windowsMs).toEqual(here.windowsMs);
      expect(there.flushesMs).toEqual(here.flushesMs);
    }),
  );
});

it('grows past minMs in any storm, where maxMs leaves room', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 0, max: 50 }),
      fc.integer({ min: 50, max: 200 }),
      (minMs, count) => {
        const given = { minMs, maxMs: minMs * 4 + 10, maxWaitMs: Infinity };
        const { windowsMs } = live(
          given,
          Array.from({ length: count }, () => 0),
        );
        expect(windowsMs.at(-1)).toBeGreaterThan(minMs);
      },
    ),
  );
});
