import { describe, expect, it } from 'vitest';
import { IdleAfterStart } from '../../../src/policies/IdleAfterStart.js';

const EVERY_MS = IdleAfterStart.lookEveryMs;

/** Looks at these times after the start, in milliseconds. Returns when the host was found to be idle first. */
function idleAtMs(
  looksMs: readonly number[],
  {
    startMs = 0,
    workMs = [],
  }: { readonly startMs?: number; readonly workMs?: readonly number[] } = {},
): number | undefined {
  const idle = new IdleAfterStart(startMs);
  let fromMs = 0;
  return looksMs.find((atMs) => {
    const worked = workMs.filter((ms) => ms > fromMs && ms <= atMs);
    for (const ms of worked) idle.noteWork(startMs + ms);
    fromMs = atMs;
    return idle.look(startMs + atMs);
  });
}

const onTime = Array.from({ length: 40 }, (_, i) => (i + 1) * EVERY_MS);

describe('IdleAfterStart', () => {
  it.each([0, 1_700_000_000_000])(
    'is idle when nothing was told for 250 ms, from %i on',
    (startMs) => {
      expect(idleAtMs(onTime, { startMs })).toBe(250);
    },
  );

  it('counts from the last work', () => {
    expect(idleAtMs(onTime, { workMs: [30, 240] })).toBe(500);
  });

  it('is not idle while plugins load, one after the other', () => {
    const workMs = Array.from({ length: 10 }, (_, i) => 100 + i * 140);
    expect(idleAtMs(onTime, { workMs })).toBeGreaterThan(1_360);
  });

  it('takes a look that comes late for work of the event loop', () => {
    const late = onTime.map((ms) => (ms >= 200 ? ms + 100 : ms));
    expect(idleAtMs(late)).toBe(300 + 250);
    // What timers are late by anyway.
    expect(idleAtMs(onTime.map((ms, i) => ms + i))).toBe(254);
  });

  it('is never idle in a loop that is never free', () => {
    const late = Array.from({ length: 100 }, (_, i) => (i + 1) * (EVERY_MS + 20));
    expect(idleAtMs(late)).toBeUndefined();
  });
});
