import { interval, map, type SchedulerLike, Subject, share, shareReplay, take, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import type { HotReloadOptions } from '../../../src/pipeline/options/HotReloadOptions.js';
import { presets } from '../../../src/pipeline/presets.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { describeTrace } from '../../../src/trace/describeTrace.js';
import { minimizeTrace } from '../../../src/trace/minimizeTrace.js';
import { eventsOf, fieldOf } from '../../../src/trace/replay/fieldsOf.js';
import { replayRun } from '../../../src/trace/replayRun.js';
import { traceSvg } from '../../../src/trace/traceSvg.js';
import { fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';
import { predictVariants, whatIf } from '../../../src/trace/whatIf.js';
import { recorder, traceOf } from './oddRun.js';
import { runTest } from './runTest.js';
import { recordedSaves, recordedStorm } from './storm.js';

describe('whatIf', { timeout: 60_000 }, () => {
  it('predicts the recorded run itself first, exactly where timers are as late as they were', async () => {
    for (const [seed, lateMs] of [
      [1, 0],
      [2, 8],
      [3, 30],
    ] as const) {
      const { selfErrorRatio, rows, recorded } = await predictVariants(
        recordedStorm(seed, lateMs),
        {
          same: {},
        },
      );
      expect(selfErrorRatio, `seed ${seed}`).toBeLessThanOrEqual(0.02);
      if (lateMs === 0) expect(rows[0]).toEqual({ ...recorded, name: 'same' });
    }
  });

  it('has a row per variant: a longer window makes fewer attempts, no retries fewer failures', async () => {
    const { rows } = await whatIf(recordedStorm(4), {
      'as it was': {},
      'longer window': { debounce: { minMs: 300 } },
      'no retries': { backoff: { maxRetries: 0 } },
    });
    expect(rows.map(({ name }) => name)).toEqual(['as it was', 'longer window', 'no retries']);
    const [same, longer, single] = rows;
    expect(longer?.attempts).toBeLessThan(same?.attempts ?? 0);
    expect(longer?.serveP50Ms).toBeGreaterThan(same?.serveP50Ms ?? Infinity);
    expect(single?.failed).toBeLessThan(same?.failed ?? 0);
    expect(same?.guessedRatio).toBe(0);
  });

  // Each function has a state of its own, so that no rule of its arguments could stand in for what it had answered.
  const turns = <A>(...answers: readonly [A, ...A[]]) => {
    let count = 0;
    return (): A => answers[count++ % answers.length] ?? answers[0];
  };
  const beat = (everyMs: number, clock: SchedulerLike) => interval(everyMs, clock).pipe(take(200));
  const ports: Readonly<Record<string, (clock: SchedulerLike) => Partial<HotReloadOptions>>> = {
    'debounce.window': () => ({
      debounce: { minMs: 5, maxMs: 700, window: turns(10, 300, 40, 600, 90) },
    }),
    'debounce.window that throws at times': () => {
      const answer = turns<() => number>(
        () => 60,
        () => {
          throw new Error('boom');
        },
      );
      return { debounce: { minMs: 15, maxMs: 400, window: () => answer()() } };
    },
    'debounce.busy$': (clock) => ({
      debounce: {
        minMs: 20,
        busy$: beat(350, clock).pipe(
          map((i) => i % 2 === 0),
          share(),
        ),
      },
    }),
    'debounce.busy$ that tells its state to whoever comes': (clock) => ({
      debounce: {
        minMs: 20,
        busy$: beat(450, clock).pipe(
          map((i) => i % 3 === 0),
          shareReplay(1),
        ),
      },
    }),
    'debounce.flush$': (clock) => ({
      debounce: { minMs: 400, flush$: beat(130, clock).pipe(share()) },
    }),
    'backoff.retryNow$': (clock) => ({
      backoff: { maxRetries: 3, jitter: 'none', retryNow$: beat(67, clock).pipe(share()) },
    }),
    'backoff.delay': () => ({
      backoff: { maxRetries: 3, jitter: 'none', delay: turns(200, 700, 1_200, 90) },
    }),
    'backoff.retryIf': () => ({
      backoff: { maxRetries: 4, jitter: 'none', retryIf: turns(true, false, true, true, false) },
    }),
    'breaker.openForMs': () => ({
      breaker: { trip: consecutive(1), openForMs: turns(100, 900, 300) },
    }),
    'breaker.classify': () => ({
      breaker: {
        ...{ trip: consecutive(2), openForMs: 400 },
        classify: turns<'failure' | 'success' | 'ignore'>(
          'failure',
          'failure',
          'success',
          'ignore',
        ),
      },
    }),
  };

  let without: Awaited<ReturnType<typeof predictVariants>> | undefined;
  it.each(Object.keys(ports))(
    'predicts the recorded run, whatever was given by %s',
    async (name) => {
      const plain = { backoff: { jitter: 'none' } } as const;
      const storm = recordedStorm(6, 0, (clock) => ({ ...plain, ...ports[name]?.(clock) }));
      const { recorded, rows } = await predictVariants(storm, { same: {} });
      expect(rows).toEqual([{ ...recorded, name: 'same' }]);
      // It does make a difference.
      without ??= await predictVariants(recordedStorm(6, 0, plain), {});
      expect(recorded).not.toEqual(without.recorded);
    },
  );

  it('refuses a run whose waits were something to wait for', async () => {
    const trace = recordedStorm(1, 0, (clock) => ({
      backoff: { maxRetries: 2, delay: () => timer(40, clock) },
    }));
    await expect(whatIf(trace, {})).rejects.toThrow('backoff.delay gave a promise');
  });

  it('refuses when it cannot predict the recorded run, and says by how much', async () => {
    // The time that a hook takes is nothing that a model knows.
    const trace = recordedStorm(5, 0, (clock) => ({
      ...presets.development,
      beforeReload: () => timer(900, clock),
    }));
    await expect(whatIf(trace, { same: {} })).rejects.toThrow(/off by [\d.]+ % .* above the 10 %/s);
  });

  it.each(['rejects', 'throws'])(
    'takes a reload that %s for the failure that it was',
    async (how) => {
      const time = new VirtualTime(1_000);
      const { records, sink } = recorder({ redact: 'none' });
      const source$ = new Subject<WatchEvent>();
      const fails = (): Promise<never> => {
        if (how === 'throws') throw new Error('boom');
        return Promise.reject(new Error('boom'));
      };
      const target = { ...fakeTarget({ scheduler: time }), reloadPlugin: () => fails };
      const options = { debounce: { minMs: 10 }, backoff: { maxRetries: 1 } };
      const run$ = hotReload({ ...options, source$, target, scheduler: time, trace: sink });
      const subscription = run$.subscribe();
      const path = '/x/a/index.ts';
      source$.next({ _tag: 'Modified', path, kind: 'file', atMs: time.now(), batch: 1 });
      while (time.nextDueMs < 60_000) {
        time.runNext();
        for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
      }
      subscription.unsubscribe();
      const { recorded, rows } = await predictVariants(traceOf(records), { same: {} });
      expect(recorded).toMatchObject({ attempts: 2, failed: 2, reloaded: 0 });
      expect(rows).toEqual([{ ...recorded, name: 'same' }]);
      const { text, why } = await describeTrace(traceOf(records), { plugin: 'a' });
      expect(why).toBeUndefined();
      expect(text).toContain('Unexpected');
    },
  );

  it('takes a save in when it came, also weeks after the one before', async () => {
    const dayMs = 24 * 60 * 60 * 1_000;
    const gaps = [0, 20 * dayMs, 30 * dayMs];
    const trace = recordedSaves(gaps.map((gapMs) => ({ gapMs, takesMs: 5 })));
    const { recorded, rows } = await predictVariants(trace, { same: {} });
    expect(recorded).toMatchObject({ attempts: 3, serveP95Ms: 15 });
    expect(rows).toEqual([{ ...recorded, name: 'same' }]);
  });

  it('counts quantiles by the nearest rank: half of the saves waited no longer than the median', async () => {
    const tookMs = [10, 20, 30, 40, 50, 60, 70, 80, 90, 100];
    const waitsOf = async (count: number) => {
      const gaps = tookMs.slice(0, count).map((takesMs) => ({ gapMs: 1_000, takesMs }));
      const { recorded } = await predictVariants(recordedSaves(gaps), {});
      // The window of 10 ms comes on top.
      return [recorded.serveP50Ms - 10, recorded.serveP95Ms - 10];
    };
    expect(await waitsOf(1)).toEqual([10, 10]);
    expect(await waitsOf(2)).toEqual([10, 20]);
    expect(await waitsOf(3)).toEqual([20, 30]);
    expect(await waitsOf(10)).toEqual([50, 100]);
  });

  it('refuses an option that there is none of, with the nearest name', async () => {
    const variants = { typo: { reloadTimoutMs: 5 } as object };
    await expect(whatIf(recordedStorm(1), variants)).rejects.toThrow(
      'did you mean reloadTimeoutMs?',
    );
  });
});

describe('minimizeTrace', { timeout: 60_000 }, () => {
  const bugs: Readonly<Record<string, (events: readonly ReloadEvent[]) => boolean>> = {
    'breaker opens': (events) => events.some((e) => e._tag === 'BreakerChanged' && e.to === 'open'),
    superseded: (events) => events.some((e) => e._tag === 'Superseded'),
    'given up': (events) => events.some((e) => e._tag === 'ReloadFailed' && !e.willRetry),
    'cured by a later save': (events) =>
      events.some((failed, at) => {
        const later = events.slice(at);
        return (
          failed._tag === 'ReloadFailed' &&
          later.some((e) => e._tag === 'Reloaded' && e.plugin === failed.plugin)
        );
      }),
  };

  it.each(Object.keys(bugs))('finds few saves that still show: %s', async (bug) => {
    let runCount = 0;
    const smallest = await minimizeTrace(recordedStorm(7, 5), (events) => {
      runCount += 1;
      return bugs[bug]?.(events) === true;
    });
    const isSave = (record: object) => fieldOf(record as { k: string }, 's') === 'source';
    expect(smallest?.records.filter(isSave).length).toBeLessThanOrEqual(5);
    expect(runCount).toBeLessThanOrEqual(100);
    if (smallest === undefined) throw new Error('nothing is left');
    const { events, divergence } = await replayRun(smallest);
    expect(divergence).toBeNull();
    expect(bugs[bug]?.(events)).toBe(true);
  });

  it('gives nothing when the model does not show it', async () => {
    expect(await minimizeTrace(recordedStorm(1), () => false)).toBeUndefined();
  });
});

describe('describeTrace', { timeout: 60_000 }, () => {
  it('gives tests that pass as they are, of runs whose timers were on time', async () => {
    for (let seed = 1; seed <= 2; seed += 1) {
      for (const plugin of ['a', 'b', 'c']) {
        const described = await describeTrace(recordedStorm(seed), { plugin });
        expect(described.form, `seed ${seed}, ${plugin}: ${described.why}`).not.toBe('trace');
        runTest(described.text);
        const listed = await describeTrace(recordedStorm(seed), { plugin, form: 'timeline' });
        expect(listed.form).toBe('timeline');
        runTest(listed.text);
      }
    }
  });

  it('gives tests that fail when the pipeline does something else', async () => {
    const { text } = await describeTrace(recordedStorm(1), { plugin: 'a' });
    expect(() => runTest(text.replace('minMs: 20', 'minMs: 90'))).toThrow();
  });

  it('replays the trace where only lateness shows it, and says why', async () => {
    const forms = await Promise.all(
      [1, 2, 3].map((seed) => describeTrace(recordedStorm(seed, 60), { plugin: 'a' })),
    );
    const traces = forms.filter(({ form }) => form === 'trace');
    expect(traces.length).toBeGreaterThan(0);
    for (const { why, text } of traces) {
      expect(why).toContain('lateness');
      expect(text).toContain('replayRun');
    }
  });

  it('takes a part of a run, and names the plugins there are', async () => {
    const trace = recordedStorm(1);
    const { text } = await describeTrace(trace, { plugin: 'a', fromMs: 0, toMs: 3_000 });
    expect(text).toMatch(/'a: \d saves?, as recorded'/);
    await expect(describeTrace(trace, { plugin: 'z' })).rejects.toThrow('It has: a, b, c.');
    // No save would be in it, and a test of nothing always passes.
    for (const [range, told] of [
      [{ fromMs: NaN }, 'describeTrace: fromMs (NaN) is not a number'],
      [{ toMs: NaN }, 'describeTrace: toMs (NaN) is not a number'],
      [{ fromMs: 100, toMs: 50 }, 'describeTrace: toMs (50) is less than fromMs (100)'],
    ] as const) {
      await expect(describeTrace(trace, { plugin: 'a', ...range })).rejects.toThrow(told);
    }
  });
});

describe('traceSvg', () => {
  const events = eventsOf(recordedStorm(1).records);

  it('draws a marble per event, and a lane per plugin', () => {
    const svg = traceSvg(events);
    expect(svg.match(/<circle/g)).toHaveLength(events.length);
    expect(svg.match(/<line/g)).toHaveLength(3);
    const part = traceSvg(events, { plugin: 'a', toMs: 1_003_000, widthPx: 320 });
    const own = events.filter(({ plugin, atMs }) => plugin === 'a' && atMs <= 1_003_000);
    expect(part.match(/<circle/g) ?? []).toHaveLength(own.length);
  });

  it('keeps characters beyond the first plane, whole also where a long name is cut', () => {
    const plugin = `🔌${'🚀'.repeat(30)}`;
    const svg = traceSvg([{ v: 1, i: 0, atMs: 0, plugin, _tag: 'Removed' }]);
    expect(svg).toContain(`<title>Removed of ${plugin} at 0 ms</title>`);
    expect(svg).toMatch(/>🔌🚀+…<\/text>/u);
    const half = traceSvg([{ v: 1, i: 0, atMs: 0, plugin: 'a\ud83d', _tag: 'Removed' }]);
    expect(half).toContain('>a\ufffd</text>');
  });

  it('keeps hostile names and messages as text', () => {
    const hostile = { v: 1, i: 0, atMs: 0, plugin: '<script>"&\u0000', _tag: 'Removed' } as const;
    const svg = traceSvg([hostile]);
    expect(svg).not.toMatch(/<script|\u0000/);
    expect(svg).toContain('&#60;script&#62;&#34;&#38;');
    expect(traceSvg([])).toContain('no events');
    expect(() => traceSvg([], { widthPx: 10 })).toThrow(RangeError);
    expect(() => traceSvg([], { fromMs: NaN })).toThrow('traceSvg: fromMs (NaN) is not a number');
    expect(() => traceSvg([], { fromMs: 2, toMs: 1 })).toThrow(
      'traceSvg: toMs (1) is less than fromMs (2)',
    );
  });
});
