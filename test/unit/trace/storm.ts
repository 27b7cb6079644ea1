import { type SchedulerLike, Subject } from 'rxjs';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { Trace } from '../../../src/model/trace/TraceRecord.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import type { HotReloadOptions } from '../../../src/pipeline/options/HotReloadOptions.js';
import { presets } from '../../../src/pipeline/presets.js';
import { SeededRandom } from '../../../src/policies/SeededRandom.js';
import { fakeTarget } from '../../../src/trace/virtual/fakeTarget.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';
import { recorder, traceOf } from './oddRun.js';

/** Sixty saves of three plugins, of which two in five are broken, on a machine whose timers are up to `lateMs` late. */
export function recordedStorm(
  seed: number,
  lateMs = 0,
  options:
    | Partial<HotReloadOptions>
    | ((clock: SchedulerLike) => Partial<HotReloadOptions>) = presets.development,
): Trace {
  const random = new SeededRandom(seed);
  const time = new VirtualTime(1_000_000);
  const clock: SchedulerLike = {
    now: () => time.now(),
    schedule: (work, delayMs = 0, state) =>
      time.schedule(
        work as never,
        delayMs + (lateMs > 0 ? random.below(lateMs) : 0),
        state as never,
      ),
  };
  const { records, sink } = recorder({ redact: 'none' });
  const source$ = new Subject<WatchEvent>();
  const isBroken = new Map<string, boolean>();
  const target = fakeTarget({
    scheduler: clock,
    versions: { b: 3 },
    reload: (plugin) =>
      isBroken.get(plugin) === true
        ? { takesMs: 5 + random.below(10), fails: { _tag: 'EvaluationFailed', message: 'boom' } }
        : { takesMs: 5 + random.below(20) },
  });
  const given = typeof options === 'function' ? options(clock) : options;
  const run$ = hotReload({ ...given, source$, target, scheduler: clock, trace: sink });
  const subscription = run$.subscribe();
  let atMs = 0;
  for (let batch = 0; batch < 60; batch += 1) {
    atMs += random.pick(3, 15, 80, 400, 1_200);
    const plugin = random.pick('a', 'b', 'c');
    const isBad = random.isLucky(0.4);
    const path = `/x/${plugin}/index.ts`;
    time.schedule(() => {
      isBroken.set(plugin, isBad);
      source$.next({ _tag: 'Modified', path, kind: 'file', atMs: time.now(), batch });
    }, atMs);
  }
  while (time.nextDueMs < 1_000_000 + atMs + 60_000) time.runNext();
  subscription.unsubscribe();
  return traceOf(records);
}

/** Saves of one plugin that are as far apart as it says, each reload of which takes so long: both in milliseconds. */
export function recordedSaves(
  saves: readonly { readonly gapMs: number; readonly takesMs: number }[],
  options: Partial<HotReloadOptions> = {},
): Trace {
  const time = new VirtualTime(1_000_000);
  const { records, sink } = recorder({ redact: 'none' });
  const source$ = new Subject<WatchEvent>();
  const target = fakeTarget({
    scheduler: time,
    reload: (_, run) => ({ takesMs: saves[run]?.takesMs ?? 0 }),
  });
  const own = { source$, target, scheduler: time, trace: sink };
  const run$ = hotReload({ debounce: { minMs: 10 }, ...options, ...own });
  const subscription = run$.subscribe();
  const path = '/x/a/index.ts';
  for (const [batch, { gapMs }] of saves.entries()) {
    const atMs = time.elapsedMs + gapMs;
    while (time.nextDueMs <= atMs) time.runNext();
    time.advanceTo(atMs);
    source$.next({ _tag: 'Modified', path, kind: 'file', atMs: time.now(), batch });
  }
  time.flush(1_000);
  subscription.unsubscribe();
  return traceOf(records);
}
