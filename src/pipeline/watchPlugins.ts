import { join, resolve } from 'node:path';
import type { Either } from 'fp-ts/lib/Either.js';
import {
  asyncScheduler,
  BehaviorSubject,
  defer,
  filter,
  finalize,
  map,
  merge,
  mergeMap,
  type Observable,
  type SchedulerLike,
  Subject,
  take,
  tap,
} from 'rxjs';
import type { WatchEvent } from '../model/events/WatchEvent.js';
import { isUnder } from '../model/paths.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { PluginRuntime } from '../runtime/PluginRuntime.js';
import type { WatchOptions } from '../sources/WatchOptions.js';
import { nodeFileSystem } from '../sources/adapters/nodeFileSystem.js';
import { watch } from '../sources/watch.js';
import type { FirstLoad, WatchStatus } from './options/HotReloadOptions.js';

export interface WatchPluginsOptions extends WatchOptions {
  /** What is loaded as soon as the directory is watched. Default: `runtime.loadEach(dir)`. */
  readonly load?: Observable<Either<ReloadError, FirstLoad>>;
}

/** Options of `hotReload`, to be spread. */
export interface WatchedPlugins {
  readonly source$: Observable<WatchEvent>;
  readonly load: Observable<Either<ReloadError, FirstLoad>>;
  readonly watchStatus$: Observable<WatchStatus>;
}

/**
 * A directory of plugins as the source and the first load of one `hotReload`: watched first, and loaded when each change from then on will
 * be seen. With `watch(runtime.watchPaths$)` alone, what is saved between a plugin's load and the first look at its folder would be lost.
 *
 * Files outside of `dir` that plugins use are watched from their first load on. One that was written between its reading and that is
 * reported as soon as it is watched; so is, for a subscription that comes later, all that happened to plugins' files while nobody watched.
 *
 * @param dir - Each folder in it that has a manifest is a plugin.
 * @param options - Those of `watch`, and `load`. Globs are relative to `dir`, also for what is in a plugin's folder; with `depth` or
 *   `recursive: false`, relative to that folder too, and each counts from there.
 *
 * @throws RangeError or TypeError that names the option and its value, for what can never work.
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
  runtime: Pick<PluginRuntime, 'watchPaths$' | 'loadEach' | 'staleFiles'>,
  dir: string,
  { load = runtime.loadEach(dir), ...options }: WatchPluginsOptions = {},
): WatchedPlugins {
  watch(dir, options); // watched later; made once here, a wrong option throws now
  const isReady$ = new BehaviorSubject(false);
  const watchStatus$ = new Subject<WatchStatus>();
  const root = resolve(dir);
  // Of a directory that is not watched to its bottom, each plugin's folder is a path of its own.
  const isWhole = options.recursive !== false && options.depth === undefined;
  const paths$ = runtime.watchPaths$.pipe(
    map((paths) => [...new Set([root, ...(isWhole ? besideDirectory(root, paths) : paths)])]),
  );
  const { scheduler = asyncScheduler } = options;
  const watched$ = withMissedSaves(runtime, scheduler, (onWatching) =>
    watch(paths$, {
      ...options,
      onWatching: (paths) => {
        options.onWatching?.(paths);
        onWatching(paths);
      },
      onReady: () => {
        options.onReady?.();
        isReady$.next(true);
      },
      onError: (error) => {
        options.onError?.(error);
        watchStatus$.next({ _tag: 'WatchFailed', code: error.code, message: error.message });
      },
      onRecovered: (error) => {
        options.onRecovered?.(error);
        watchStatus$.next({ _tag: 'WatchRecovered', code: error.code, message: error.message });
      },
    }),
  );
  return {
    watchStatus$,
    source$: watched$.pipe(
      // Plugins that nobody watches are better than none.
      tap({ error: () => isReady$.next(true) }),
      finalize(() => isReady$.next(false)),
    ),
    load: isReady$.pipe(
      filter((isReady) => isReady),
      take(1),
      mergeMap(() => load),
    ),
  };
}

/**
 * The paths that a watch of a whole directory does not reach: what lies outside of it, or behind a link in it, and files, which are named
 * because plugins use them. A folder in it, as a path of its own, would bring back what the filters leave out as seen from the directory.
 */
export function besideDirectory(root: string, paths: readonly string[]): readonly string[] {
  const inside = paths.filter((path) => isUnder(path, root));
  const realRoot = inside.length > 0 ? nodeFileSystem.realPath(root) : undefined;
  if (realRoot === undefined) return paths;
  const isReached = (path: string): boolean =>
    nodeFileSystem.look(path, false)?.kind === 'directory' &&
    nodeFileSystem.realPath(path) === join(realRoot, path.slice(root.length));
  const reached = new Set(inside.filter(isReached));
  return paths.filter((path) => !reached.has(path));
}

/** What is watched, and what happened to plugins' files between their reading and their watching: in a batch of its own. */
export function withMissedSaves(
  runtime: Pick<PluginRuntime, 'staleFiles'>,
  scheduler: SchedulerLike,
  watched: (onWatching: (paths: readonly string[]) => void) => Observable<WatchEvent>,
): Observable<WatchEvent> {
  return defer(() => {
    const missed$ = new Subject<WatchEvent>();
    let known: ReadonlySet<string> = new Set();
    let lastBatch = 0;
    let ownBatches = 0;
    const events$ = watched((paths) => {
      const stale = runtime.staleFiles(paths.filter((path) => !known.has(path)));
      known = new Set(paths);
      if (stale.length === 0) return;
      lastBatch += 1;
      ownBatches += 1;
      const fields = { kind: 'file', atMs: scheduler.now(), batch: lastBatch } as const;
      for (const { path, change } of stale) missed$.next({ _tag: change, path, ...fields });
    }).pipe(
      map((event) => {
        lastBatch = event.batch + ownBatches;
        return { ...event, batch: lastBatch };
      }),
    );
    return merge(missed$, events$);
  });
}
