import { lastValueFrom, of, Subject, toArray } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { addDuration, type DurationSummary } from '../../../src/model/reload/addDuration.js';
import { foldHealth } from '../../../src/model/reload/foldHealth.js';
import type { ReloadEvent, UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import { reloadHealth } from '../../../src/sinks/reloadHealth.js';

const change = { _tag: 'ChangeDetected', plugin: 'a', paths: [], windowMs: 25 } as const;
const start = { _tag: 'ReloadStarted', plugin: 'a', attempt: 1 } as const;
const loaded = { _tag: 'Loaded', plugin: 'a', version: 1 } as const;
const reloaded = (to: number, stageMs = {}) =>
  ({ _tag: 'Reloaded', plugin: 'a', from: to - 1, to, stageMs }) as const;
const failed = (willRetry: boolean, stillServing: number | null = 1) =>
  ({
    _tag: 'ReloadFailed',
    plugin: 'a',
    willRetry,
    stillServing,
    error: { _tag: 'EvaluationFailed', plugin: 'a', message: 'it threw' },
  }) as const;

const stamped = (events: readonly UnstampedEvent[]): readonly ReloadEvent[] =>
  events.map((event, i) => ({ v: 1, i, atMs: 10 * i, ...event }));
const after = (...events: readonly UnstampedEvent[]) =>
  stamped(events).reduce(foldHealth, foldHealth(undefined));

describe('foldHealth', () => {
  it('counts how each change ended, and the counts add up to the changes', () => {
    const health = after(
      ...[loaded, change, start, reloaded(2), change, start, failed(true), start, failed(false)],
      ...[change, { _tag: 'Superseded', plugin: 'a' } as const, change, start],
      ...[{ _tag: 'Unchanged', plugin: 'a' } as const, change, start, reloaded(3)],
    );

    expect(health).toMatchObject({
      changeCount: 5,
      committedCount: 2,
      failedCount: 1,
      supersededCount: 1,
      unchangedCount: 1,
      failedAttemptCount: 2,
      successRatio: 2 / 3,
      failureRatio: 1 - 2 / 3,
    });
    expect(health.plugins).toMatchObject({ a: { changeCount: 5, committedCount: 2, serving: 3 } });
  });

  it('does not count a first load as a change, whether it succeeds or not', () => {
    expect(after(loaded, failed(false, null))).toMatchObject({
      changeCount: 0,
      committedCount: 0,
      failedCount: 0,
      successRatio: null,
      failureRatio: null,
    });
    expect(after(change, start, loaded)).toMatchObject({ changeCount: 1, committedCount: 1 });
  });

  it('counts a change that an open breaker refused until the end as failed', () => {
    expect(after(change, start, failed(false), change, failed(false))).toMatchObject({
      changeCount: 2,
      failedCount: 2,
    });
  });

  it('knows the last error of a plugin until a change is committed', () => {
    const broken = after(loaded, change, start, failed(false));
    expect(broken.plugins['a']).toMatchObject({
      serving: 1,
      lastError: { error: { message: 'it threw' }, atMs: 30 },
    });

    const [restarted] = stamped([{ _tag: 'Restarted', plugin: 'a', version: 1 }]);
    expect(foldHealth(broken, restarted).plugins['a']).toMatchObject({
      lastError: { error: { message: 'it threw' } },
    });

    const [event] = stamped([reloaded(2)]);
    expect(foldHealth(broken, event).plugins['a']).toMatchObject({ serving: 2, lastError: null });
  });

  it('knows the state of each breaker and of the source, and which reloads are under way', () => {
    const opens = {
      _tag: 'BreakerChanged',
      plugin: 'a',
      from: 'closed',
      to: 'open',
      reason: '3 failures',
      retryAtMs: 1,
    } as const;
    const blind = {
      _tag: 'WatchFailed',
      plugin: '',
      code: 'ENOSPC',
      message: 'no watches',
    } as const;
    const health = after(opens, blind, { ...start, plugin: 'b' });

    expect(health.plugins).toMatchObject({ a: { breaker: 'open' }, b: { isReloading: true } });
    expect(health.watchError).toEqual({ code: 'ENOSPC', message: 'no watches' });
    expect(Object.keys(health.plugins)).toEqual(['a', 'b']);
    const [well] = stamped([{ ...blind, _tag: 'WatchRecovered' }]);
    expect(foldHealth(health, well).watchError).toBeNull();
  });

  it('forgets a plugin that is removed, but keeps its counts', () => {
    const health = after(change, start, loaded, change, start, { _tag: 'Removed', plugin: 'a' });

    expect(health).toMatchObject({ plugins: {}, changeCount: 2, removedCount: 1 });
  });

  it('works for plugins with names of Object.prototype', () => {
    const plugin = 'constructor';
    const health = after({ ...change, plugin }, { ...start, plugin }, { ...loaded, plugin });

    expect(Object.hasOwn(health.plugins, plugin)).toBe(true);
    expect(health.plugins[plugin]).toMatchObject({ changeCount: 1, serving: 1 });
    expect(after(reloaded(2, { valueOf: 3 })).stages['valueOf']).toMatchObject({ count: 1 });
  });

  it('counts the changes that an event ends, and none for an order', () => {
    const numbered = (change: number) => ({ ...loaded, changes: [change] }) as const;
    const ordered = { ...loaded, _tag: 'Unchanged', reason: 'sameBytes', changes: [] } as const;
    const health = after(change, start, numbered(0), ordered, { ...loaded, changes: [] });

    expect(health).toMatchObject({ changeCount: 1, committedCount: 1, unchangedCount: 0 });
  });

  it('counts lost states, and knows the files that serve and whether they are proven', () => {
    const files = { fingerprint: 'f' };
    const lost = { _tag: 'StateLost', plugin: 'a', from: 2, to: 1, reason: 'no way down' } as const;
    const back = { _tag: 'RolledBack', plugin: 'a', from: 2, to: 1, reason: 'r' } as const;
    const proven = { _tag: 'Proven', plugin: 'a', version: 1, ...files } as const;
    const served = after({ ...loaded, ...files }, proven);
    expect(served.plugins['a']).toMatchObject({ fingerprint: 'f', isProven: true });

    const health = after({ ...loaded, ...files }, proven, lost, { ...back, fingerprint: 'g' });
    expect(health).toMatchObject({ stateLostCount: 1, rolledBackCount: 1 });
    expect(health.plugins['a']).toMatchObject({
      stateLostCount: 1,
      serving: 1,
      fingerprint: 'g',
      isProven: false,
    });
    expect(after({ ...loaded, ...files }, { ...proven, version: 2 }).plugins['a']).toMatchObject({
      isProven: false,
    });
  });

  it('knows that the host has to be started again', () => {
    const needed = {
      _tag: 'RestartNeeded',
      plugin: '',
      paths: ['db.ts'],
      reason: 'shared',
    } as const;

    expect(after(needed).restartNeeded).toMatchObject({ paths: ['db.ts'], reason: 'shared' });
    expect(after(change).restartNeeded).toBeNull();
  });

  it('is JSON: folding continues from a health that was written and read', () => {
    const before = after(change, start, reloaded(2, { compile: 3 }));
    const [event] = stamped([change]);

    expect(foldHealth(JSON.parse(JSON.stringify(before)), event)).toEqual(
      foldHealth(before, event),
    );
  });

  it('summarises each stage, and whole reloads', () => {
    const health = after(
      reloaded(2, { compile: 3, load: 1 }),
      reloaded(3, { compile: 5, load: 1 }),
    );

    expect(health.reload).toMatchObject({ count: 2, maxMs: 6 });
    expect(health.stages).toMatchObject({ compile: { maxMs: 5 }, load: { count: 2, maxMs: 1 } });
  });
});

describe('addDuration', () => {
  const quantile = (sorted: readonly number[], ratio: number) =>
    sorted[Math.ceil(ratio * sorted.length) - 1]!;

  it.each([1, 7, 100, 5_000])(
    'is within 2.3 percent of the exact quantiles of %i durations',
    (count) => {
      const durations = Array.from(
        { length: count },
        (_, n) => 0.05 * 1.003 ** ((n * 7_919) % 5_000),
      );
      let summary: DurationSummary | undefined;
      for (const ms of durations) summary = addDuration(summary, ms);
      const sorted = durations.toSorted((a, b) => a - b);

      expect(summary?.maxMs).toBe(sorted.at(-1));
      for (const [ratio, ms] of [
        [0.5, summary!.p50Ms],
        [0.95, summary!.p95Ms],
        [0.99, summary!.p99Ms],
      ] as const) {
        expect(Math.abs(ms / quantile(sorted, ratio) - 1)).toBeLessThan(0.023);
      }
    },
  );

  it('counts a negative duration and NaN as 0', () => {
    for (const ms of [0, -5, Number.NaN]) expect(addDuration(undefined, ms).maxMs).toBe(0);
  });
});

describe('reloadHealth', () => {
  it('emits the health so far at once, and again after each event', async () => {
    const seen = await lastValueFrom(
      reloadHealth(of(...stamped([change, start, reloaded(2)]))).pipe(toArray()),
    );

    expect(seen.map(({ changeCount, committedCount }) => [changeCount, committedCount])).toEqual([
      [0, 0],
      [1, 0],
      [1, 0],
      [1, 1],
    ]);
  });

  it('starts again for each subscriber, and unsubscribes from its source', () => {
    const events$ = new Subject<ReloadEvent>();
    const counts: number[] = [];
    const health$ = reloadHealth(events$);
    const one = health$.subscribe(({ changeCount }) => counts.push(changeCount));
    events$.next(stamped([change])[0]!);
    const two = health$.subscribe(({ changeCount }) => counts.push(changeCount));

    expect(counts).toEqual([0, 1, 0]);
    for (const subscription of [one, two]) subscription.unsubscribe();
    expect(events$.observed).toBe(false);
  });
});
