import { map, of, Subject, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { circuitBreakMap, consecutive, presets } from '../../../src/index.js';
import { type FakeReload, VirtualTime } from '../../../src/testing/index.js';
import { savePlugin } from './savedPlugin.js';

const THROWS: FakeReload = { fails: { _tag: 'EvaluationFailed', message: 'it threw' } };
const GAP_MS = 1_000;

describe('a good save soon after a probe that failed', () => {
  it.each([
    ['without a preset', {}, 500, GAP_MS],
    ['in development', presets.development, 500, GAP_MS],
    ['in production', presets.production, 10_000, GAP_MS],
    ['with a longer gap', { breaker: { probeGapMs: 3_000 } }, 500, 3_000],
  ])('is probed at the end of the gap: %s', (_where, preset, windowMs, gapMs) => {
    // The breaker opens on its own by the third failure of the first save, or of the first three.
    const openedByMs = 30_000;
    const saves = [0, 10_000, 20_000, openedByMs];
    // The wait for the failing probe to begin, then 400 ms more.
    const mendedAtMs = openedByMs + windowMs + 400;
    const options = {
      ...preset,
      breaker: { ...preset.breaker, openForMs: 600_000 },
      untilMs: 900_000,
    };
    const run = savePlugin(
      [...saves, mendedAtMs],
      ({ content }) => (content > saves.length ? {} : THROWS),
      options,
    );

    expect(run.of('BreakerChanged').map(({ to }) => to)).toContain('open');
    expect(run.servedAfterMs(mendedAtMs) - mendedAtMs).toBeLessThanOrEqual(windowMs + gapMs);
  });

  it.each([0, 1, 100, 400, 999])(
    'whenever in the gap it comes: %i ms after the probe',
    (sinceMs) => {
      const mendedAtMs = 5_025 + sinceMs;
      const run = savePlugin([0, 5_000, mendedAtMs], ({ content }) => (content < 3 ? THROWS : {}), {
        untilMs: 900_000,
      });

      expect(run.servedAfterMs(mendedAtMs) - mendedAtMs).toBeLessThanOrEqual(GAP_MS + 25);
    },
  );

  it('also when the probe took most of the gap', () => {
    const reload = ({ content }: { content: number }): FakeReload =>
      content < 3 ? { ...THROWS, takesMs: 700 } : {};
    const run = savePlugin([0, 5_000, 5_900], reload, { untilMs: 900_000 });

    expect(run.servedAfterMs(5_900) - 5_900).toBeLessThanOrEqual(GAP_MS + 25 + 700);
  });

  it('says how long it waits for the gap', () => {
    const run = savePlugin([0, 5_000, 5_425], ({ content }) => (content < 3 ? THROWS : {}), {
      untilMs: 900_000,
    });
    const waits = run.of('RetryScheduled').filter(({ atMs }) => atMs >= 5_425);

    expect(waits.map(({ delayMs }) => delayMs <= GAP_MS)).toEqual([true]);
    expect([...new Set(run.of('RetryScheduled').map(({ why }) => why))]).toEqual([
      'backoff',
      'circuitOpen',
      'probeGap',
    ]);
  });

  it('never probes sooner than the gap allows', () => {
    const saves = [0, 5_000, 5_100, 5_200, 5_300, 5_400, 5_500];
    const run = savePlugin(saves, () => THROWS, { untilMs: 8_000 });
    const probes = run.of('BreakerChanged').filter(({ to }) => to === 'half-open');
    const gaps = probes.slice(1).map(({ atMs }, at) => atMs - (probes[at]?.atMs ?? 0));

    expect(probes.length).toBeGreaterThan(1);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(GAP_MS);
  });
});

describe('a probe that the timer started', () => {
  it('holds the next save up for no more than the gap', () => {
    const breaker = { trip: consecutive(1), openForMs: 10_000 };
    const run = savePlugin([0, 10_400], ({ content }) => (content < 2 ? THROWS : {}), {
      breaker,
      untilMs: 900_000,
    });
    const probesAtMs = run
      .of('BreakerChanged')
      .filter(({ to }) => to === 'half-open')
      .map(({ atMs }) => atMs);

    expect(probesAtMs).toHaveLength(2);
    expect((probesAtMs[1] ?? 0) - (probesAtMs[0] ?? 0)).toBe(GAP_MS);
    expect(run.servedAfterMs(10_400)).toBe(probesAtMs[1]);
  });
});

describe('production', () => {
  it('probes on a change too', () => {
    const run = savePlugin([0, 40_000], ({ content }) => (content < 2 ? THROWS : {}), {
      ...presets.production,
      breaker: { ...presets.production.breaker, openForMs: 600_000 },
      untilMs: 900_000,
    });

    expect(run.servedAfterMs(40_000) - 40_000).toBeLessThanOrEqual(10_000 + GAP_MS);
  });
});

describe('circuitBreakMap', () => {
  it('probes a value that came within the gap at its end', () => {
    const time = new VirtualTime();
    const values$ = new Subject<string>();
    const told: { readonly value: string; readonly atMs: number }[] = [];
    const run = (value: string) =>
      timer(0, time).pipe(
        map(() => {
          if (value === 'bad') throw new Error(value);
          return value;
        }),
      );
    const breaker = { trip: consecutive(1), openForMs: 60_000, scheduler: time };
    values$
      .pipe(circuitBreakMap(run, { breaker, probeOn: 'change', recover: () => of('failed') }))
      .subscribe((value) => told.push({ value, atMs: time.elapsedMs }));
    for (const [atMs, value] of [
      [0, 'bad'],
      [5_000, 'bad'],
      [5_400, 'good'],
    ] as const) {
      time.schedule(() => values$.next(value), atMs);
    }
    time.flush();

    expect(told).toEqual([
      { value: 'failed', atMs: 0 },
      { value: 'failed', atMs: 5_000 },
      { value: 'good', atMs: 6_000 },
    ]);
  });

  it('probes a value that came during the probe before it, too', () => {
    const time = new VirtualTime();
    const values$ = new Subject<string>();
    const told: { readonly value: string; readonly atMs: number }[] = [];
    const run = (value: string) =>
      timer(300, time).pipe(
        map(() => {
          if (value === 'bad') throw new Error(value);
          return value;
        }),
      );
    const breaker = { trip: consecutive(1), openForMs: 60_000, scheduler: time };
    values$
      .pipe(circuitBreakMap(run, { breaker, probeOn: 'change', recover: () => of('failed') }))
      .subscribe((value) => told.push({ value, atMs: time.elapsedMs }));
    for (const [atMs, value] of [
      [0, 'bad'],
      [5_000, 'bad'],
      [5_200, 'good'],
    ] as const) {
      time.schedule(() => values$.next(value), atMs);
    }
    time.flush();

    expect(told).toEqual([
      { value: 'failed', atMs: 300 },
      { value: 'failed', atMs: 5_300 },
      { value: 'good', atMs: 6_300 },
    ]);
  });
});
