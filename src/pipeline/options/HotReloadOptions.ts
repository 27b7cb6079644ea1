import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Observable, SchedulerLike } from 'rxjs';
import type { FoldedEvents } from '../../model/events/foldEvents.js';
import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { Change } from '../../model/reload/Change.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadFact } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { StateStore } from '../../model/reload/StateStore.js';
import type { TraceSink } from '../../model/trace/TraceRecord.js';
import type { BackoffRetryConfig } from '../../operators/backoffRetry.js';
import type { CircuitBreakerConfig } from '../../operators/createCircuitBreaker.js';
import type { DebounceAdaptiveConfig } from '../../operators/debounceAdaptive.js';

/** A plugin that the first load has loaded. */
export interface FirstLoad {
  readonly plugin: string;
  /** The version that serves now. Whole, from 1. */
  readonly version: number;
  /** Size and hash of the saved state that the plugin received, as JSON; absent when it received none. */
  readonly restored?: { readonly bytes: number; readonly sha256: string };
}

/** The state of the source, reported beside its events: `watch` reports it through `onError` and `onRecovered`. */
export type WatchStatus = Extract<ReloadFact, { readonly _tag: 'WatchFailed' | 'WatchRecovered' }>;

/** The user's functions and streams that a pipeline calls. Their errors never end the pipeline. */
export type HookName =
  | 'beforeReload'
  | 'afterReload'
  | 'onRetry'
  | 'backoff.delay'
  | 'backoff.retryIf'
  | 'backoff.retryNow$'
  | 'backoff.onRetry'
  | 'debounce.window'
  | 'debounce.observe'
  | 'debounce.busy$'
  | 'debounce.flush$'
  | 'breaker.classify';

/** Options of {@link hotReload}. `presets` has sets of them to spread. */
export interface HotReloadOptions {
  /**
   * Filesystem events, such as those of `watch`. When it errors, `hotReload` emits `WatchFailed` and resubscribes, at most
   * 5 times in a row, with increasing delays. `TypeError` when it is no Observable.
   */
  readonly source$: Observable<WatchEvent>;
  /** The host that runs the plugins, such as a `PluginRuntime`. `TypeError` when it lacks `pluginsOf` or `reloadPlugin`. */
  readonly target: ReloadTarget;
  /**
   * Saves the state of a version before a new one replaces it. `TypeError` when it has no `save`. Default: the target
   * keeps it in its own way; a `PluginRuntime` keeps the state in memory.
   */
  readonly store?: StateStore;
  /** How a burst of events becomes one change, per plugin. Range errors as for `debounceAdaptive`. Default `{ minMs: 25, maxMs: 500 }`. */
  readonly debounce?: Omit<DebounceAdaptiveConfig<WatchEvent, FoldedEvents>, 'scheduler'>;
  /**
   * When a failed reload is retried. A failure that only other content can cure is not, whatever `retryIf` says, nor is one of
   * a target that is closed. Range errors as for `backoffRetry`. Default `{ delay: exponential(), maxRetries: 5 }`:
   * delays from 100 ms, doubled each time, up to 30 s.
   */
  readonly backoff?: Omit<BackoffRetryConfig, 'scheduler' | 'random'>;
  /**
   * When reloads of a plugin are refused for a while, one breaker per plugin. It counts no failure that only other content can
   * cure, nor one of a target that is closed: `classify` is not asked about those. Default: opens after 3 failures in a row, for 60 s.
   */
  readonly breaker?: Omit<CircuitBreakerConfig, 'scheduler'>;
  /**
   * The longest duration of one attempt until its version serves, in milliseconds, above 0 (`RangeError` otherwise). A longer one is
   * aborted and fails with `TimedOut`. Waits for other plugins' reloads do not count. Also limits each hook and each restart after a
   * crash. Default 30,000; `Infinity`: none.
   */
  readonly reloadTimeoutMs?: number;
  /**
   * How many plugins reload at a time: a whole number from 1, or `Infinity` (`RangeError` otherwise). A plugin that is slow to
   * start holds one of them until it serves or `reloadTimeoutMs` has passed. Default 8.
   */
  readonly concurrency?: number;
  /**
   * False: code that failed in the same words twice (`EvaluationFailed`, `LifecycleFailed`, `HealthCheckFailed`) is not tried
   * again until the next save. What time can cure, such as a full disk, is retried all the same; what only other content can
   * cure, such as a syntax error, never is. Default true.
   */
  readonly retryUnchanged?: boolean;
  /**
   * What may probe while a plugin's breaker is open. `timer`: only the end of its open time. `change`: also a new change,
   * at once, or at the end of the breaker's `probeGapMs` when the last probe began less than that ago. `RangeError` for anything else. Default `change`.
   */
  readonly probeOn?: 'timer' | 'change';
  /**
   * Whether the target reports what a version leaves open at its end, such as a server or an interval, each with the line that opened it:
   * `PluginRuntime` does so to its `onError`. `RangeError` for anything else. Default `ignore`; `presets.development` has `report`.
   */
  readonly openHandles?: 'report' | 'ignore';
  /**
   * Whether reloads are rehearsed. `idle`: once the host has had nothing to do for a quarter of a second after its start, it reloads a plugin
   * of its own in memory a few times, which takes about 0.1 s of the processor and ends at the first work. Then the first save is about as fast
   * as later ones. Nothing of it is seen: no event, call, file, state, metric or record of a trace. Only with a `PluginRuntime`, in real time,
   * and without a debugger. `RangeError` for anything else. Default `off`; `presets.development` has `idle`.
   */
  readonly rehearsal?: 'idle' | 'off';
  /**
   * Called before each attempt. The attempt waits for a promise or an Observable that it returns, at most
   * `reloadTimeoutMs`. Default: none.
   */
  readonly beforeReload?: (change: Change) => unknown;
  /**
   * Called after each attempt; nothing waits for it. `to` is the version that serves from then on, 0 when the plugin was
   * removed. Default: none.
   */
  readonly afterReload?: (
    change: Change,
    result: Either<ReloadError, { readonly to: number }>,
  ) => unknown;
  /** Called when a retry is scheduled; nothing waits for it. `attempt` counts retries of this change from 1. Default: none. */
  readonly onRetry?: (plugin: string, attempt: number) => unknown;
  /** Times everything: windows, delays, deadlines, and `atMs` of events. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Draws the jitter of `backoff`: from 0 up to, not including, 1. Default: `Math.random`. */
  readonly random?: () => number;
  /**
   * Loads the plugins on subscription. The result of each plugin is emitted as `Loaded` or `ReloadFailed`. One that failed by a disk (`Io`) is
   * tried again at once, and then as `backoff` says.
   * `runtime.loadEach(dir)` emits each plugin when it is loaded, `runtime.loadDirectory(dir)` all of them after the
   * slowest. `TypeError` for anything else. Default: nothing is loaded.
   */
  readonly load?:
    | Observable<Either<ReloadError, FirstLoad>>
    | TaskEither<never, readonly Either<ReloadError, FirstLoad>[]>;
  /**
   * The state of the source, emitted unchanged among the events. An error of this stream becomes one `WatchFailed`.
   * `TypeError` when it is no Observable. Default: none.
   */
  readonly watchStatus$?: Observable<WatchStatus>;
  /**
   * What the source saw and is no event, as `watchPlugins` gives it. Only `trace` reads it, and writes it down as `ign`; an error ends that
   * alone. `TypeError` when it is no Observable. Default: none.
   */
  readonly ignored$?: Observable<IgnoredPath>;
  /** Paths in `ChangeDetected` are relative to this directory. Default: as `source$` gives them. */
  readonly root?: string;
  /**
   * Called when one of the user's functions or streams threw, rejected or errored. The pipeline continues as if that
   * option were left out. Default: a process warning, once per message.
   */
  readonly onHookError?: (hook: HookName, error: unknown) => void;
  /**
   * Where the run is recorded, so that it can be replayed and explained: `traceFile` or `traceRing` of `hotpipe/trace`, or an observer of
   * your own. Never gets a plugin's state. An error of it ends the recording with one warning, and nothing else. A second subscription at
   * the same time is not recorded. `TypeError` when it has no `next`. Default: nothing is recorded, at no cost.
   */
  readonly trace?: TraceSink;
}
