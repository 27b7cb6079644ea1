import { resolve, sep } from 'node:path';
import { asyncScheduler, isObservable, map, Observable, of } from 'rxjs';
import type { WatchEvent } from '../model/events/WatchEvent.js';
import { loopClock } from './adapters/loopClock.js';
import { maxQueuedEvents } from './adapters/maxQueuedEvents.js';
import { nodeFileSystem } from './adapters/nodeFileSystem.js';
import { readMounts } from './adapters/readMounts.js';
import { chokidarBackend } from './backends/chokidarBackend.js';
import { createDirectoryWatcher } from './backends/createDirectoryWatcher.js';
import { nodeFsBackend } from './backends/nodeFsBackend.js';
import { pollingBackend } from './backends/pollingBackend.js';
import type { Hint, WatchBackend } from './backends/WatchBackend.js';
import { withoutEventless } from './backends/withoutEventless.js';
import {
  checkedBackend,
  checkedOptions,
  checkedPaths,
  checkedPathsOrStream,
} from './checkedOptions.js';
import { isVirtual, schedulerClock } from './disk/Clock.js';
import type { Mount } from './disk/mounts.js';
import { GitignoreRules, withGitignore } from './filters/GitignoreRules.js';
import { pathFilter } from './filters/pathFilter.js';
import type { Root } from './forest/Directory.js';
import { WatchSession } from './session/WatchSession.js';
import type { WatchOptions } from './WatchOptions.js';

/** The shortest pause between two background scans, in milliseconds. */
const reconcileMs = 5000;
/**
 * This many paths that change within 25 ms are a storm. A save of fewer is reported at once, a larger one some 50 ms later, and at a third of the
 * cost.
 */
const stormCount = 256;
/**
 * So many files are looked at before `onReady`: a hundred plugins of twenty files, in some 12 ms. Each further file would make the start longer,
 * and is known by name until there is time.
 *
 * @source measured: a look takes 4 to 7 microseconds, bench/source/figures.md
 */
const firstLookCount = 2048;
/** For so long one reading of the mounts is used, in milliseconds. */
const mountsFreshMs = 100;

/**
 * Watches files and directories, and emits the net changes, batch by batch.
 *
 * Use it for anything that must not miss the last save: a reload, a build, a cache. A backend only hints at where to look.
 * The events come from our own snapshot of the disk, so they are the same over every backend, and duplicates, delays and
 * losses of a backend are corrected here.
 *
 * Contract:
 * - Loses: nothing for good. What the system drops is found by a full scan (after a flood of hints, or when the event
 *   loop stood still) or by the background scan, which runs slowly while nothing happens.
 * - Completes: never by itself, not even when `paths` completes.
 * - Errors: with the error of `paths`, and with a TypeError for a path set in which an item is not a path. A path that
 *   cannot be watched goes to `onError`, once per root and cause. It is polled instead, and watching is tried again.
 * - Cancels: unsubscribing stops at once and closes every handle; the process can end.
 * - Holds: 57 bytes and a name per file, one watch per directory. Of more than 2,048 files the names come first: until each was looked at, some
 *   seconds after `onReady`, a file that is renamed is `Deleted` and `Created`, and one that is touched is `Modified` (docs/large-trees.md).
 * - Limit: content is compared for files of up to 1 MiB, and only if they were read ahead (20,000 files); any
 *   other file counts as changed when its mtime differs. A write through a memory mapping sends no event on any system. An edit
 *   through a hard link elsewhere is found by the background scan.
 * - Order: in a batch deleted, renamed, modified, created; one event per path. A file that was renamed and edited gets
 *   its `Modified` in the next batch. `Renamed` needs an old path that is gone and a new path that was free: a file
 *   that is moved over another one is `Deleted` at its old path and `Modified` at its new one.
 *
 * @param paths - Files and directories, overlapping or not; they need not exist yet. As an Observable, each set
 *   replaces the one before: paths that join are watched from then on, paths that leave are released. A file that is
 *   given as a path is reported whatever the filters say.
 * @param options - See {@link WatchOptions}.
 * @throws RangeError or TypeError that names the option and its value, for a value that can never work.
 *
 * @example
 * ```ts
 * const dir = mkdtempSync('watched-');
 * const seen = firstValueFrom(
 *   watch(dir, { onReady: () => writeFileSync(join(dir, 'a.ts'), 'export {};') }).pipe(
 *     map(({ _tag, kind, batch }) => `${_tag} ${kind} ${batch}`),
 *   ),
 * );
 *
 * await seen; // => 'Created file 1'
 * rmSync(dir, { recursive: true });
 * ```
 *
 * @source measured beside four peers: bench/source/figures.md
 */
export function watch(
  paths: string | readonly string[] | Observable<readonly string[]>,
  options: WatchOptions = {},
): Observable<WatchEvent> {
  const {
    recursive = true,
    followSymlinks = false,
    expandDirectories = false,
    gitignore = false,
    initial = false,
    scheduler,
  } = options;
  const filter = pathFilter(options);
  const backend = backendOf(options.backend ?? 'chokidar');
  // A backend of the caller may get events where the kernel sends none.
  const isForLocalDisks = typeof options.backend !== 'object' && options.backend !== 'polling';
  const waits = checkedOptions(options, backend.intervalMs);
  const { settleMs, settleMaxMs, pollEveryMs, depth } = waits;
  const checked = checkedPathsOrStream(paths);
  // Checked in `map`, so that an item that is not a path errors the stream. An error thrown in `next` would end the process.
  const sets$ = (isObservable(checked) ? checked : of(checked)).pipe(
    map((set) => checkedPaths(set).map((path) => resolve(path))),
  );

  const newRoot = (path: string): Root => {
    if (!gitignore) return { path, filter, depth };
    const rules = new GitignoreRules();
    return { path, filter: withGitignore(filter, rules), depth, gitignore: rules };
  };

  return new Observable<WatchEvent>((subscriber) => {
    const isOurs = scheduler === undefined || scheduler === asyncScheduler;
    const clock = isOurs ? loopClock : schedulerClock(scheduler);
    const isReal = isOurs || !isVirtual(scheduler);
    // A root that stays in the next set keeps its rules and its views.
    const rootOf = new Map<string, Root>();
    let roots: readonly Root[] = [];
    let batch = 0;
    // A tree is watched directory by directory: the mounts are read once for all that are watched in one moment.
    let mountsAtMs = -Infinity;
    let known: readonly Mount[] = [];
    const freshMounts = () => {
      known = readMounts();
      mountsAtMs = clock.nowMs();
      return known;
    };
    const mounts = () => (clock.nowMs() - mountsAtMs < mountsFreshMs ? known : freshMounts());
    const watcherOf = (from: WatchBackend) => (onHint: (hint: Hint) => void) => {
      const ignored = (path: string) => isIgnored(roots, path);
      const backendOptions = { recursive, followSymlinks, ignored };
      const watcher = createDirectoryWatcher(from, backendOptions, clock, onHint);
      if (!isForLocalDisks) return watcher;
      return withoutEventless(watcher, {
        mounts,
        onHint,
        realPath: (path) => nodeFileSystem.realPath(path),
      });
    };
    const session = new WatchSession(
      {
        settleMs,
        settleMaxMs,
        pollEveryMs,
        followSymlinks,
        expandDirectories,
        initial,
        areTimesOurs: isForLocalDisks,
        stormCount,
        firstLookCount,
        overflowCount: maxQueuedEvents() / 4,
        // In virtual time a scan that repeats itself would keep the scheduler busy without end.
        reconcileMs: isReal ? reconcileMs : Infinity,
      },
      {
        fileSystem: nodeFileSystem,
        clock,
        watcher: watcherOf(backend),
        readMounts: isReal && isForLocalDisks ? freshMounts : undefined,
        wayWatcher:
          backend.watchDirectories === undefined
            ? undefined
            : watcherOf(backend.forWays ?? backend),
        onEvents: (events) => {
          batch += 1;
          const atMs = clock.stampMs();
          for (const event of events) {
            if (subscriber.closed) return;
            subscriber.next({ ...event, atMs, batch });
          }
        },
        onIgnored: options.onIgnored && ((ignored) => options.onIgnored?.(ignored)),
        onReady: () => options.onReady?.(),
        onWatching: (paths) => options.onWatching?.(paths),
        onError: (error) => options.onError?.(error),
        onRecovered: (error) => options.onRecovered?.(error),
      },
    );
    subscriber.add(() => session.close());
    subscriber.add(
      sets$.subscribe({
        next: (paths) => {
          roots = paths.map((path) => rootOf.get(path) ?? newRoot(path));
          rootOf.clear();
          for (const root of roots) rootOf.set(root.path, root);
          session.watch(roots);
        },
        error: (error: unknown) => subscriber.error(error),
      }),
    );
  });
}

function backendOf(backend: NonNullable<WatchOptions['backend']>): WatchBackend {
  switch (backend) {
    case 'chokidar':
      return chokidarBackend();
    case 'nodeFs':
      return nodeFsBackend();
    case 'polling':
      return pollingBackend();
    default:
      return checkedBackend(backend);
  }
}

/** Whether a path is below some root, and every such root excludes it. */
function isIgnored(roots: readonly Root[], path: string): boolean {
  const above = roots.filter((root) => path.startsWith(`${root.path}${sep}`));
  return (
    above.length > 0 &&
    above.every(({ filter, path: root }) => filter.isExcluded('', path.slice(root.length + 1)))
  );
}
