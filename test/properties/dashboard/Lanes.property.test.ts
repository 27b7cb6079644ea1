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
    const end = fc.constantFrom('live' as const, 'failed' as const, 'restarted' as const);
    const attempt = fc.record({ gapMs: fc.nat(500), takesMs: fc.nat(500), end });
    fc.assert(
      fc.property(fc.array(attempt, { maxLength: 20 }), (attempts) => {
        let atMs = 0;
        const events: ReloadEvent[] = [];
        const expected: object[] = [];
        for (const { gapMs, takesMs, end } of attempts) {
          atMs += gapMs + 1;
          const fromMs = atMs;
          events.push({ v: 1, i: 0, atMs, plugin: 'a', _tag: 'ReloadStarted', attempt: 1 });
          atMs += takesMs + 1;
          const error = { _tag: 'Io', plugin: 'a', message: '' };
          const at = { v: 1, i: 0, atMs, plugin: 'a' } as const;
          events.push(
            end === 'failed'
              ? { ...at, _tag: 'ReloadFailed', error, stillServing: null, willRetry: false }
              : { ...at, _tag: end === 'live' ? 'Loaded' : 'Restarted', version: 1 },
          );
          expected.push({ fromMs, toMs: atMs, tone: end === 'failed' ? 'bad' : 'good' });
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
    const labels = lane?.marks.map(({ label }) => label) ?? [];
    expect(labels.length).toBeLessThanOrEqual(12);
    expect(labels).toEqual(events.slice(-labels.length).map(({ i }) => `v${i}`));
  });
});
