import { resolve } from 'node:path';
import { type Either, left } from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  BehaviorSubject,
  combineLatest,
  concat,
  defer,
  filter,
  finalize,
  identity,
  ignoreElements,
  type MonoTypeOperatorFunction,
  map,
  merge,
  mergeMap,
  type Observable,
  of,
  type SchedulerLike,
  Subject,
  startWith,
  take,
  tap,
  throttleTime,
} from 'rxjs';
import type { WatchEvent } from '../model/events/WatchEvent.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { mergeWhile } from '../operators/chain/mergeWhile.js';
import type { StaleFile } from '../runtime/code/staleFiles.js';
import type { PluginRuntime } from '../runtime/PluginRuntime.js';
import { IgnoredPaths } from '../sources/session/IgnoredPaths.js';
import type { WatchOptions } from '../sources/WatchOptions.js';
import { watch } from '../sources/watch.js';
import { whyUnseen } from '../sources/whyUnseen.js';
import type { FirstLoad, WatchStatus } from './options/HotReloadOptions.js';
import { type KnowsAttempts, MissedChanges } from './stream/MissedChanges.js';
import { ToldErrors } from './stream/ToldErrors.js';
import { UnreachedPaths } from './stream/UnreachedPaths.js';
import { noteWatch } from './watchedNow.js';

/** The options of `watch`, and the first load. */
export interface WatchPluginsOptions extends WatchOptions {
  /** Subscribed to as soon as the directory is watched. Default: `runtime.loadEach(dir)`, each plugin of the directory. */
  readonly load?: Observable<Either<ReloadError, FirstLoad>>;
}

/** Options of `hotReload`, to be spread. */
export interface WatchedPlugins {
  /** Changes of the directory, and of files outside of it that plugins use. Errors when the directory cannot be watched at all. */
  readonly source$: Observable<WatchEvent>;
  /**
   * The first load. Starts when `source$` sees every change, and also when it cannot watch: plugins serve even if their
   * files are not watched.
   */
  readonly load: Observable<Either<ReloadError, FirstLoad>>;
  /** Reports the parts of the directory that are not watched, and those that are watched again. Never completes. */
  readonly watchStatus$: Observable<WatchStatus>;
}

/** At most this often a new set of paths is watched, in milliseconds. */
const PATHS_EVERY_MS = 50;

/**
 * Watches a directory of plugins and loads them, as the source and the first load of one `hotReload`. It starts
 * watching first, and loads the plugins once every later change will be seen. With `watch(runtime.watchPaths$)` alone,
 * a save between a plugin's load and the first scan of its folder would be lost.
 *
 * Files outside of `dir` that plugins use are watched from their first load on. A write after the file was read and
 * before it was watched is reported as soon as the file is watched. A later subscription first emits the changes of
 * plugins' files that happened while nobody watched.
 *
 * @param dir - Each folder in it that has a manifest is a plugin. One that only looks like a plugin, and a directory
 *   without any plugin, is a `ReloadFailed` after the first load, with the lines that are missing.
 * @param options - The options of `watch`, and `load`. Globs are relative to `dir`, also inside plugins' folders. With
 *   `depth` or `recursive: false` each plugin's folder is watched by itself too, and both globs and depth count from
 *   there.
 *
 * @throws RangeError or TypeError that names the option and its value, when it can never work.
 *
 * @example
 * ```ts
 * const runtime = new PluginRuntime();
 * const events$ = hotReload({ ...watchPlugins(runtime, 'plugins'), target: runtime });
 *
 * await runtime.close(); // => undefined
 * ```
 */
export function watchPlugins(
  runtime: Pick<PluginRuntime, 'watchPaths$' | 'loadEach' | 'staleFiles'> &
    KnowsAttempts &
    Partial<Pick<PluginRuntime, 'isShared' | 'missingManifests' | 'pluginsOf' | 'singlePaths$'>>,
  dir: string,
  { load: given, ...options }: WatchPluginsOptions = {},
): WatchedPlugins {
  watch(dir, options); // subscribed to later: made once here, so that a wrong option throws now
  // After it: this announces the plugins of the directory, and nobody would load them.
  const load = given ?? loadAndTell(runtime, dir);
  const isReady$ = new BehaviorSubject(false);
  const watchStatus$ = new Subject<WatchStatus>();
  const root = resolve(dir);
  // A watch with limited depth does not reach all files of a plugin, so each plugin's folder is watched as a path of
  // its own.
  const reachesBottom = options.recursive !== false && options.depth === undefined;
  const { scheduler = asyncScheduler } = options;
  const errors = new ToldErrors(root);
  const unreached = new UnreachedPaths(root);
  /** Emits when something inside the directory may be behind a link now, or no longer. */
  const moved$ = new Subject<void>();
  const paths$ = combineLatest([
    runtime.watchPaths$,
    runtime.singlePaths$ ?? of([]),
    moved$.pipe(startWith(undefined)),
  ]).pipe(
    // While plugins load, each adds a path. A path that is watched later misses nothing: its file is compared with what was read.
    throttleTime(PATHS_EVERY_MS, scheduler, { leading: true, trailing: true }),
    map(([plugins, lone]) => {
      errors.watch(plugins, lone);
      return [...plugins, ...lone];
    }),
    map((paths) => [...new Set([root, ...(reachesBottom ? unreached.of(paths) : paths)])]),
  );
  /** The paths that are watched now; before the watch begins, the directory that will be. */
  let watchedNow: readonly string[] = [root];
  const watched$ = withMissedSaves(runtime, scheduler, (onWatching) =>
    watch(paths$, {
      ...options,
      onWatching: (paths) => {
        options.onWatching?.(paths);
        watchedNow = paths;
        onWatching(paths);
      },
      onReady: () => {
        options.onReady?.();
        isReady$.next(true);
      },
      onError: (error) => {
        if (!errors.fails(error)) return;
        options.onError?.(error);
        watchStatus$.next({ _tag: 'WatchFailed', code: error.code, message: error.message });
      },
      onRecovered: (error) => {
        if (!errors.recovers(error)) return;
        options.onRecovered?.(error);
        watchStatus$.next({ _tag: 'WatchRecovered', code: error.code, message: error.message });
      },
    }),
  );
  const result: WatchedPlugins = {
    watchStatus$,
    source$: watched$.pipe(
      tellUnused(runtime, options.onIgnored, scheduler),
      tap((event) => {
        if (unreached.note(event)) moved$.next();
      }),
      // Load the plugins even if they cannot be watched: that is better than no plugins.
      tap({ error: () => isReady$.next(true) }),
      finalize(() => isReady$.next(false)),
    ),
    load: isReady$.pipe(
      filter((isReady) => isReady),
      take(1),
      mergeMap(() => load),
    ),
  };
  return noteWatch(result, (path) => whyUnseen(path, watchedNow, options));
}

/** Tells the paths that neither a plugin nor the host uses, each at most once a second: they start nothing. */
function tellUnused(
  runtime: Partial<Pick<PluginRuntime, 'isShared' | 'pluginsOf'>>,
  onIgnored: WatchOptions['onIgnored'],
  scheduler: SchedulerLike,
): MonoTypeOperatorFunction<WatchEvent> {
  if (onIgnored === undefined) return identity;
  const ignored = new IgnoredPaths(onIgnored, () => scheduler.now());
  const isUsed = (path: string) => {
    try {
      return runtime.isShared?.(path) === true || runtime.pluginsOf?.(path).length !== 0;
    } catch {
      // The event goes on to the pipeline, which asks again, and tells the failure.
      return true;
    }
  };
  return tap((event) => {
    if (isUsed(event.path) || (event._tag === 'Renamed' && isUsed(event.from))) return;
    ignored.add(event.path, 'noPlugin');
    ignored.flush(() => false);
  });
}

/** Loads each plugin of a directory, and then tells what in it looks like a plugin and is none. */
export function loadAndTell(
  runtime: Pick<PluginRuntime, 'loadEach'> & Partial<Pick<PluginRuntime, 'missingManifests'>>,
  dir: string,
): Observable<Either<ReloadError, FirstLoad>> {
  const missing = defer(() => runtime.missingManifests?.(dir) ?? []);
  return concat(runtime.loadEach(dir), missing.pipe(map((error) => left(error))));
}

/**
 * Emits the events of `watched`. Also emits, as batches of their own, changes of plugins' files that it says nothing about: those that happened
 * after a file was read and before it was watched, and those that an attempt has seen and that were taken back at once.
 */
export function withMissedSaves(
  runtime: Pick<PluginRuntime, 'staleFiles'> & KnowsAttempts,
  scheduler: SchedulerLike,
  watched: (onWatching: (paths: readonly string[]) => void) => Observable<WatchEvent>,
): Observable<WatchEvent> {
  return defer(() => {
    const missed$ = new Subject<WatchEvent>();
    const missed = new MissedChanges(runtime, scheduler);
    /** The paths that were watched before: only new ones can have missed a write. */
    let known: ReadonlySet<string> = new Set();
    /** The number of the last batch that was emitted, of either stream. */
    let lastBatch = 0;
    /** The number of batches that were added here. It is added to the batch numbers of `watch`. */
    let addedBatchCount = 0;
    const add = (stale: readonly StaleFile[]): void => {
      if (stale.length === 0) return;
      lastBatch += 1;
      addedBatchCount += 1;
      const fields = { kind: 'file', atMs: scheduler.now(), batch: lastBatch } as const;
      for (const { path, change } of stale) missed$.next({ _tag: change, path, ...fields });
    };
    const events$ = watched((paths) => {
      const stale = runtime.staleFiles(paths.filter((path) => !known.has(path)));
      known = new Set(paths);
      add(stale);
    }).pipe(
      map((event) => {
        missed.tell(event);
        lastBatch = event.batch + addedBatchCount;
        return { ...event, batch: lastBatch };
      }),
    );
    const seen$ = missed.changes$.pipe(tap(add), ignoreElements());
    return merge(missed$, events$.pipe(mergeWhile(seen$)));
  });
}
