import type { Either } from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Observable, SchedulerLike } from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { FoldedEvents } from '../../model/events/foldEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadFact } from '../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../model/reload/ReloadTarget.js';
import type { WatchEvent } from '../../model/events/WatchEvent.js';
import type { BackoffRetryConfig } from '../../operators/backoffRetry.js';
import type { CircuitBreakerConfig } from '../../operators/createCircuitBreaker.js';
import type { DebounceAdaptiveConfig } from '../../operators/debounceAdaptive.js';
import type { StateStore } from '../../model/reload/StateStore.js';

/** A plugin that a first load brought up. */
export interface FirstLoad {
  readonly plugin: string;
  readonly version: number;
  readonly restored?: { readonly bytes: number; readonly sha256: string };
}

/** The state of the source, told beside its events: `watch` reports it through `onError` and `onRecovered`. */
export type WatchStatus = Extract<ReloadFact, { readonly _tag: 'WatchFailed' | 'WatchRecovered' }>;

/** The user's functions and streams that a pipeline uses on the way; what they throw, or end in, never ends it. */
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

export interface HotReloadOptions {
  /** Filesystem events. One that errors is reported as `WatchFailed` and subscribed to again, with backoff. */
  readonly source$: Observable<WatchEvent>;
  /** The host that runs the plugins. */
  readonly target: ReloadTarget;
  /** Keeps state across reloads. Default: the target's own way, such as memory. */
  readonly store?: StateStore;
  /** How a storm of events becomes one change. Default `{ minMs: 25, maxMs: 500 }`. */
  readonly debounce?: Omit<DebounceAdaptiveConfig<WatchEvent, FoldedEvents>, 'scheduler'>;
  /** Retries of a failed reload. Default: exponential from 100 ms to 30 s, `maxRetries: 5`. */
  readonly backoff?: Omit<BackoffRetryConfig, 'scheduler' | 'random'>;
  /** One breaker a plugin. Default: opens at 3 failures in a row, for 60 s. */
  readonly breaker?: Omit<CircuitBreakerConfig, 'scheduler'>;
  /** A reload that takes longer fails with `TimedOut`, in milliseconds, above 0. Default 30,000. */
  readonly reloadTimeoutMs?: number;
  /** Reloads of different plugins at a time, at least 1. Default: no limit. */
  readonly concurrency?: number;
  /** False: a failure that only other content can cure waits for the next change. Default true. */
  readonly retryUnchanged?: boolean;
  /** What may probe while the breaker is open: only its timer, or also a new change. Default 'change'. */
  readonly probeOn?: 'timer' | 'change';
  /** Called before each attempt; the end of a promise or an Observable is awaited, at most `reloadTimeoutMs`. */
  readonly beforeReload?: (change: Change) => unknown;
  /** Called after each attempt. `to` is the version that serves from then on; 0: none, the plugin was removed. */
  readonly afterReload?: (
    change: Change,
    result: Either<ReloadError, { readonly to: number }>,
  ) => unknown;
  /** Called when a retry is scheduled; `attempt` counts retries from 1. */
  readonly onRetry?: (plugin: string, attempt: number) => unknown;
  readonly scheduler?: SchedulerLike;
  readonly random?: () => number;
  /**
   * Runs on subscription, reported as `Loaded` or `ReloadFailed` of each plugin: `runtime.loadEach(dir)`, or
   * `runtime.loadDirectory(dir)`, which waits for the slowest.
   */
  readonly load?:
    | Observable<Either<ReloadError, FirstLoad>>
    | TaskEither<never, readonly Either<ReloadError, FirstLoad>[]>;
  /** Told in the stream as it is. */
  readonly watchStatus$?: Observable<WatchStatus>;
  /** Paths in events are relative to this directory. Default: as the source gives them. */
  readonly root?: string;
  /** A hook threw, rejected or ended in an error; the pipeline goes on as without it. Default: a process warning. */
  readonly onHookError?: (hook: HookName, error: unknown) => void;
}
