import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Lanes } from '../../../src/dashboard/lanes/Lanes.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { event } from '../support/events.js';

const lanesOf = (events: readonly ReloadEvent[], maxMarks?: number) => {
  const lanes = new Lanes(maxMarks);
  for (const each of events) lanes.add(each);
  return lanes;
};

describe('Lanes', () => {
  it('any events give one lane a plugin, whose marks end no earlier than they begin', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const all = lanesOf(events).all();
        expect(all.map(({ plugin }) => plugin)).toEqual([
          ...new Set(events.map(({ plugin }) => plugin)),
        ]);
        for (const { marks, breaker } of all) {
          for (const { fromMs, toMs } of [...marks, ...breaker]) {
            expect(fromMs).not.toBeNaN();
            expect(toMs).toBeGreaterThanOrEqual(fromMs);
          }
          // One attempt at a time, and one state of the breaker.
          const lasting = (list: readonly { toMs: number }[]) =>
            list.filter(({ toMs }) => toMs === Infinity).length;
          expect(lasting(marks.filter(({ kind }) => kind === 'attempt'))).toBeLessThanOrEqual(1);
          expect(lasting(breaker)).toBeLessThanOrEqual(1);
        }
      }),
    );
  });

  it('each attempt of a plugin is a bar that ends where its version serves, or where it failed', () => {
    const attempt = fc.record({ gapMs: fc.nat(500), takesMs: fc.nat(500), isLive: fc.boolean() });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 20 }), (attempts) => {
        let atMs = 0;
        const events: ReloadEvent[] = [];
        const expected: object[] = [];
        for (const { gapMs, takesMs, isLive } of attempts) {
          atMs += gapMs + 1;
          const fromMs = atMs;
          events.push({ v: 1, i: 0, atMs, plugin: 'a', _tag: 'ReloadStarted', attempt: 1 });
          atMs += takesMs + 1;
          const error = { _tag: 'Io', plugin: 'a', message: '' };
          const end = { v: 1, i: 0, atMs, plugin: 'a' } as const;
          events.push(
            isLive
              ? { ...end, _tag: 'Loaded', version: 1 }
              : { ...end, _tag: 'ReloadFailed', error, stillServing: null, willRetry: false },
          );
          expected.push({ fromMs, toMs: atMs, tone: isLive ? 'good' : 'bad' });
        }
        const [lane] = lanesOf(events).all();
        const bars = (lane?.marks ?? []).filter(({ kind }) => kind === 'attempt');
        expect(bars.map(({ fromMs, toMs, tone }) => ({ fromMs, toMs, tone }))).toEqual(expected);
      }),
    );
  });

  it('keeps the newest marks of a lane, and no more', () => {
    const events = Array.from(
      { length: 100 },
      (_, i): ReloadEvent => ({ v: 1, i, atMs: i, plugin: 'a', _tag: 'Loaded', version: i }),
    );
    const [lane] = lanesOf(events, 10).all();
    expect(lane?.marks.map(({ label }) => label)).toEqual(
      Array.from({ length: 10 }, (_, at) => `v${90 + at}`),
    );
  });
});
