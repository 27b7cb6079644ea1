import fc from 'fast-check';
import { concatMap, from, map, timer } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { expect, it } from 'vitest';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import { foldHealth } from '../../../src/model/reload/foldHealth.js';
import type { ReloadEvent } from '../../../src/model/reload/ReloadEvent.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import { type FakeReload, fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';

const PLUGINS = ['a', 'b', 'c'] as const;
const WINDOW_MS = 5;

const saves = fc.array(fc.record({ gapMs: fc.nat(60), plugin: fc.constantFrom(...PLUGINS) }), {
  minLength: 1,
  maxLength: 30,
});
const outcomes = fc.array(
  fc.record({
    takesMs: fc.oneof(fc.nat(40), fc.constant(Infinity)),
    end: fc.constantFrom('good', 'same', 'throws', 'typo', 'crash', 'gone'),
  }),
  { minLength: 1, maxLength: 12 },
);
const config = fc.record({
  concurrency: fc.constantFrom(1, 2, Infinity),
  maxRetries: fc.nat(3),
  openForMs: fc.constantFrom(20, 500),
  probeOn: fc.constantFrom('timer' as const, 'change' as const),
  retryUnchanged: fc.boolean(),
});

const TAGS = {
  throws: 'EvaluationFailed',
  typo: 'CompilationFailed',
  crash: 'Crashed',
  gone: 'PluginGone',
} as const;
const TERMINAL = new Set(['Loaded', 'Reloaded', 'Unchanged', 'Removed', 'Superseded']);
const endsChange = (event: ReloadEvent) =>
  TERMINAL.has(event._tag) || (event._tag === 'ReloadFailed' && !event.willRetry);

it('accounts for every change, never reloads a plugin twice at once, and ends at the newest', () => {
  fc.assert(
    fc.property(saves, outcomes, config, (plan, ends, options) => {
      const events: ReloadEvent[] = [];
      let isComplete = false;
      const run = (_: string, n: number): FakeReload => {
        const { takesMs, end } = ends[n % ends.length]!;
        if (end === 'good') return { takesMs };
        if (end === 'same') return { takesMs, isUnchanged: n > 0 };
        return { takesMs, fails: { _tag: TAGS[end], message: end } };
      };
      const target = fakeTarget({ reload: run });

      new TestScheduler(() => undefined).run(() => {
        const source$ = from(plan).pipe(
          concatMap(({ gapMs, plugin }) => timer(gapMs).pipe(map(() => save(plugin)))),
        );
        hotReload({
          source$,
          target,
          debounce: { minMs: WINDOW_MS },
          reloadTimeoutMs: 100,
          concurrency: options.concurrency,
          retryUnchanged: options.retryUnchanged,
          probeOn: options.probeOn,
          backoff: { maxRetries: options.maxRetries },
          breaker: { openForMs: options.openForMs },
        }).subscribe({ next: (event) => events.push(event), complete: () => (isComplete = true) });
      });

      expect(isComplete).toBe(true);
      expect(events.map(({ i }) => i)).toEqual([...events.keys()]);
      let underWay = 0;
      for (const event of events) {
        if (event._tag === 'ReloadStarted') underWay++;
        if (endsAttempt(event)) underWay--;
        expect(underWay).toBeLessThanOrEqual(options.concurrency);
      }
      const health = events.reduce(foldHealth, foldHealth(undefined));
      expect(health.changeCount).toBe(
        health.committedCount +
          health.failedCount +
          health.supersededCount +
          health.unchangedCount +
          health.removedCount,
      );
      for (const plugin of PLUGINS) {
        const own = events.filter((event) => event.plugin === plugin);
        const changes = own.filter(({ _tag }) => _tag === 'ChangeDetected').length;
        expect(own.filter(endsChange)).toHaveLength(changes);
        let isReloading = false;
        for (const event of own) {
          if (event._tag === 'ReloadStarted') {
            expect(isReloading).toBe(false);
            isReloading = true;
          }
          if (endsAttempt(event)) isReloading = false;
        }
        const lastDetected = own.findLastIndex(({ _tag }) => _tag === 'ChangeDetected');
        const lastStarted = own.findLastIndex(({ _tag }) => _tag === 'ReloadStarted');
        const lastFailed = own.findLastIndex((event) => event._tag === 'ReloadFailed');
        expect(Math.max(lastStarted, lastFailed)).toBeGreaterThanOrEqual(lastDetected);
      }
    }),
    { numRuns: 300 },
  );
});

function endsAttempt({ _tag }: ReloadEvent): boolean {
  return (
    _tag === 'Loaded' ||
    _tag === 'Reloaded' ||
    _tag === 'Unchanged' ||
    _tag === 'Removed' ||
    _tag === 'ReloadFailed'
  );
}

function save(plugin: string): WatchEvent {
  return { _tag: 'Modified', path: `/plugins/${plugin}/index.ts`, kind: 'file', atMs: 0, batch: 1 };
}
