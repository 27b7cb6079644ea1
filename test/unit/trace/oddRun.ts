import { left, right } from 'fp-ts/lib/Either.js';
import * as TE from 'fp-ts/lib/TaskEither.js';
import { of, Subject, takeUntil, throwError, timer } from 'rxjs';
import type { IgnoredPath } from '../../../src/model/events/IgnoredPath.js';
import type { WatchEvent } from '../../../src/model/events/WatchEvent.js';
import type { ReloadError } from '../../../src/model/reload/ReloadError.js';
import type { ReloadEvent, UnstampedEvent } from '../../../src/model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../../src/model/reload/ReloadTarget.js';
import type { TargetRequest } from '../../../src/model/reload/TargetRequest.js';
import type { RecordOptions, Trace, TraceRecord } from '../../../src/model/trace/TraceRecord.js';
import { hotReload } from '../../../src/pipeline/hotReload.js';
import type {
  HotReloadOptions,
  WatchStatus,
} from '../../../src/pipeline/options/HotReloadOptions.js';
import { exponential } from '../../../src/policies/backoff/exponential.js';
import { consecutive } from '../../../src/policies/breaker/consecutive.js';
import { failureRate } from '../../../src/policies/breaker/failureRate.js';
import { retryBudget } from '../../../src/policies/retry/retryBudget.js';
import { SeededRandom } from '../../../src/policies/SeededRandom.js';
import { memoryStateStore } from '../../../src/state/memoryStateStore.js';
import { sealed } from '../../../src/trace/file/traceSeal.js';
import { VirtualTime } from '../../../src/trace/virtual/VirtualTime.js';

export const ROOT = '/home/ann/secret-project/plugins';
const PLUGINS = ['counter', 'clock', 'chat'] as const;

export interface RecordedRun {
  readonly trace: Trace;
  /** What a subscriber of the run has seen. */
  readonly events: readonly ReloadEvent[];
}

/** The records of a run as a trace. */
export function traceOf(records: readonly TraceRecord[]): Trace {
  const [header = { k: '' }, ...rest] = records;
  return sealed(header, rest);
}

/** Keeps records as they would come back from a file. */
export function recorder(recording: RecordOptions = {}) {
  const records: TraceRecord[] = [];
  return {
    records,
    sink: {
      recording,
      next: (record: TraceRecord) => records.push(JSON.parse(JSON.stringify(record))),
      error: () => undefined,
      complete: () => undefined,
    },
  };
}

/**
 * A run with everything that can be odd about one, drawn from a seed: functions and streams of the user that answer, throw, reject or come
 * late, tasks that fail, reject or never end, a source that errors, a target that speaks and asks by itself, and an end at any time.
 */
export async function oddRun(seed: number, recording: RecordOptions = {}): Promise<RecordedRun> {
  const random = new SeededRandom(seed);
  const time = new VirtualTime(1_700_000_000_000);
  const { records, sink } = recorder({ seed, ...recording });
  const ports = oddPorts(random, time);
  const events: ReloadEvent[] = [];
  const stop$ = new Subject<void>();
  // Draws of its own: those of the run stay what they are.
  const aside = new SeededRandom(seed + 7_000);
  const ignored$ = new Subject<IgnoredPath>();
  const ignore = (): void => {
    const path = `${ROOT}/counter/secret-ignored-${aside.below(4)}.log`;
    if (aside.isLucky(0.2)) ignored$.next({ path, why: aside.pick('touched', 'noPlugin') });
  };
  const subscription = hotReload({ ...ports.options, ignored$, trace: sink })
    .pipe(takeUntil(stop$))
    .subscribe((event) => {
      events.push(event);
      ignore();
      // A reader that answers at once: its value comes in while the event goes out.
      if (random.isLucky(0.05)) ports.flush$.next(undefined);
      if (random.isLucky(0.01)) stop$.next();
    });
  const stepCount = 20 + random.below(60);
  for (let step = 0; step < stepCount; step += 1) {
    ports.act();
    ignore();
    for (let timers = random.below(5); timers > 0; timers -= 1) time.runNext();
    if (random.isLucky(0.1)) time.shiftClock(random.below(4_000) - 2_000);
    for (let turn = 0; turn < 6; turn += 1) await Promise.resolve();
  }
  if (random.isLucky(0.5)) {
    ports.source$.complete();
    for (let count = 0; count < 300; count += 1) {
      time.runNext();
      for (let turn = 0; turn < 4; turn += 1) await Promise.resolve();
    }
  }
  subscription.unsubscribe();
  return { trace: traceOf(records), events };
}

function oddPorts(random: SeededRandom, time: VirtualTime) {
  let source$ = new Subject<WatchEvent>();
  const flush$ = new Subject<unknown>();
  const busy$ = new Subject<boolean>();
  const retryNow$ = new Subject<unknown>();
  const watchStatus$ = new Subject<WatchStatus>();
  const events$ = new Subject<UnstampedEvent>();
  const requests$ = new Subject<TargetRequest>();
  const has = (ratio = 0.5) => random.isLucky(ratio);
  const draw = new SeededRandom(random.below(1_000));
  const versions = new Map<string, number>([['clock', 3]]);

  const error = (plugin: string): ReloadError => {
    const message = `secret-message ${draw.below(3)} in ${ROOT}/${plugin}/index.ts`;
    const _tag = draw.pick(
      'EvaluationFailed',
      'CompilationFailed',
      'Io',
      'Crashed',
      'StateSaveFailed',
    );
    return Object.assign(
      { _tag, plugin, message },
      { frame: 'secret-source', code: 'EBUSY' },
    ) as ReloadError;
  };
  const later = <A>(result: () => A): Promise<A> =>
    draw.isLucky(0.3)
      ? Promise.resolve().then(result)
      : new Promise((resolve, reject) =>
          time.schedule(() => {
            try {
              resolve(result());
            } catch (thrown) {
              reject(thrown as Error);
            }
          }, draw.below(150)),
        );
  const odd = (): unknown => {
    switch (draw.below(8)) {
      case 0:
        throw new Error('secret-throw');
      case 1:
        return later(() => {
          throw new Error('secret-rejection');
        });
      case 2:
        return later(() => 1);
      case 3:
        return timer(draw.below(50), time);
      case 4:
        return throwError(() => new Error('secret-stream'));
      default:
        return undefined;
    }
  };
  const throwAtTimes = (ratio: number): void => {
    if (draw.isLucky(ratio)) throw new Error('secret-throw');
  };
  const target: ReloadTarget & Readonly<Record<string, unknown>> = {
    pluginsOf: (path) => {
      if (draw.isLucky(0.03)) throw new Error('secret-route');
      const own = path.split('/').at(-2) ?? '';
      return path.includes('shared') ? [...PLUGINS] : [own];
    },
    validatePlugin: () => TE.right(undefined),
    reloadPlugin: (plugin, options) => async () => {
      if (draw.isLucky(0.05)) throw new Error('secret-reject');
      // At once, or later; it may end after the reload, or never.
      if (options?.onWait && draw.isLucky(0.4)) {
        if (draw.isLucky(0.5)) await later(() => undefined);
        const endWait = options.onWait();
        const ending = draw.isLucky(0.8) ? later(endWait) : undefined;
        if (draw.isLucky(0.7)) await ending;
      }
      if (options?.saveState && draw.isLucky(0.7)) {
        await later(() => undefined);
        const state = { secret: 'secret-state' };
        await options.saveState({ plugin, schema: 1, codeHash: '', state })();
      }
      if (draw.isLucky(0.1))
        events$.next({ _tag: 'RolledBack', plugin, from: 2, to: 1, reason: 'secret-reason' });
      return later(() => {
        if (draw.isLucky(0.5)) return left(error(plugin));
        const from = versions.get(plugin) ?? 0;
        const to = draw.isLucky(0.2) ? from : from + 1;
        versions.set(plugin, to);
        return right({ from, to, stageMs: { load: 1.25 } });
      });
    },
    getPluginState: () => TE.right({ _tag: 'None' }),
    restorePluginState: () => TE.right(undefined),
    restartPlugin: (plugin) => () =>
      later(() => (draw.isLucky(0.5) ? left(error(plugin)) : right({ version: 1 }))),
    replacePlugin: () => TE.right({ version: 1 }),
    unloadPlugin: () => () => later(() => right(undefined)),
    ...(has() && {
      plugins: () => {
        if (draw.isLucky(0.05)) throw new Error('secret-listing');
        return Array.from(versions, ([plugin, version]) => ({
          plugin,
          version,
          status: 'serving',
        }));
      },
    }),
    ...(has() && { fingerprintOf: (plugin: string) => (plugin === 'chat' ? undefined : 'f00d') }),
    ...(has() && { reportOpenHandles: () => undefined }),
    ...(has() && { events$, requests$ }),
    ...(has() && { loadDependencies: () => () => later(() => right(undefined)) }),
  };

  const options: HotReloadOptions = {
    source$: timer(0, time).pipe(() => source$),
    target,
    scheduler: time,
    ...(has() && { root: ROOT }),
    ...(has() && { store: memoryStateStore() }),
    ...(has() && { random: () => draw.next() }),
    ...(has() && { concurrency: 1 + random.below(2) }),
    ...(has() && { retryUnchanged: false }),
    ...(has() && { reloadTimeoutMs: 100 }),
    ...(has(0.3) && { openHandles: 'report' }),
    ...(has() && { probeOn: random.pick('timer', 'change') }),
    ...(has() && { watchStatus$ }),
    ...(has() && { beforeReload: odd }),
    ...(has() && { afterReload: odd }),
    ...(has() && { onRetry: odd }),
    onHookError: () => {
      if (draw.isLucky(0.02)) flush$.next(undefined);
    },
    ...(has() && {
      load: has()
        ? of(
            right({ plugin: 'clock', version: 3, restored: { bytes: 2, sha256: 'aa' } }),
            left(error('chat')),
          )
        : TE.right([right({ plugin: 'counter', version: 1 })]),
    }),
    debounce: {
      minMs: 5 + random.below(20),
      maxMs: 100,
      ...(has() && { leading: true }),
      ...(has(0.3) && { maxCount: 3 }),
      ...(has(0.3) && { maxWaitMs: Infinity }),
      ...(has() && { busy$ }),
      ...(has() && { flush$ }),
      ...(has(0.3) && { window: () => draw.pick(10, 60, Number.NaN) }),
      ...(has(0.3) && { observe: () => throwAtTimes(0.05) }),
    },
    backoff: {
      maxRetries: random.below(4),
      jitter: random.pick('none', 'full', 'equal', 'decorrelated'),
      delay: has(0.6)
        ? exponential({ initialMs: 10, maxMs: 200 })
        : (attempt) => {
            const waits = [
              10 * attempt,
              undefined,
              Number.NaN,
              timer(20, time),
              later(() => 1),
              [1],
            ];
            return waits[draw.below(waits.length)];
          },
      ...(has(0.3) && { retryIf: () => draw.isLucky(0.8) }),
      ...(has(0.3) && { retryNow$ }),
      ...(has(0.3) && { onRetry: () => throwAtTimes(0.2) }),
      ...(has(0.3) && { resetAfterMs: 500 }),
      ...(has(0.3) && { budget: retryBudget({ retriesPerSuccessRatio: 0.5, reserveCount: 4 }) }),
    },
    breaker: {
      trip: has()
        ? consecutive(2)
        : failureRate({ ratio: 0.5, minimumCount: 2, window: { count: 5 } }),
      openForMs: has()
        ? 150
        : () => {
            if (draw.isLucky(0.3)) throw new Error('secret-curve');
            return 120;
          },
      probeGapMs: 50,
      ...(has(0.3) && { probeTimeoutMs: 60 }),
      ...(has(0.3) && { slow: { afterMs: 40, ratio: 0.5 } }),
      ...(has(0.3) && { classify: (outcome) => ('error' in outcome ? 'failure' : 'success') }),
    },
  };

  let batch = 0;
  const request = (): TargetRequest => {
    const plugin = draw.pick(...PLUGINS);
    const isSwap = draw.isLucky(0.4);
    return {
      plugin,
      cause: draw.pick('order', 'dependency', 'restart'),
      isUrgent: draw.isLucky(0.5),
      options: draw.isLucky(0.3) ? { saveState: memoryStateStore().save } : {},
      isNeeded: () => draw.isLucky(0.8),
      settle: () => undefined,
      release: () => undefined,
      ...(isSwap && {
        swap: () => () =>
          later(() =>
            right({ to: 1, events: [{ _tag: 'Restarted' as const, plugin, version: 1 }] }),
          ),
      }),
    };
  };
  const save = (): void => {
    const plugin = draw.pick(...PLUGINS, 'shared');
    const path = `${ROOT}/${plugin}/secret-file-${draw.below(3)}.ts`;
    batch += 1;
    const kind = 'file';
    const atMs = time.now();
    const _tag = draw.pick('Modified', 'Modified', 'Created', 'Deleted', 'Renamed');
    source$.next(
      _tag === 'Renamed'
        ? { _tag, path, from: path, to: `${path}x.ts`, kind, atMs, batch }
        : { _tag, path, kind, atMs, batch },
    );
  };
  const act = (): void => {
    switch (draw.below(14)) {
      case 0:
        busy$.next(draw.isLucky(0.5));
        break;
      case 1:
        flush$.next(undefined);
        break;
      case 2:
        retryNow$.next(undefined);
        break;
      case 3:
        watchStatus$.next({
          _tag: 'WatchFailed',
          code: 'ENOSPC',
          message: `secret-watch at ${ROOT}`,
        });
        break;
      case 4:
        events$.next({ _tag: 'Restarted', plugin: 'clock', version: 2, reason: 'secret-crash' });
        break;
      case 5:
        requests$.next(request());
        break;
      case 6: {
        const failed = source$;
        source$ = new Subject();
        if (draw.isLucky(0.3))
          failed.error(Object.assign(new Error('secret-watcher'), { code: 'EMFILE' }));
        else source$ = failed;
        break;
      }
      default:
        save();
    }
  };
  return {
    options,
    act,
    flush$,
    get source$() {
      return source$;
    },
  };
}
