import { resolve, sep } from 'node:path';
import { asyncScheduler, isObservable, map, Observable, of } from 'rxjs';
import type { WatchEvent } from '../model/events/WatchEvent.js';
import { loopClock } from './adapters/loopClock.js';
import { maxQueuedEvents } from './adapters/maxQueuedEvents.js';
import { mounts } from './adapters/readMounts.js';
import { nodeFileSystem } from './adapters/nodeFileSystem.js';
import {
  checkedBackend,
  checkedOptions,
  checkedPaths,
  checkedPathsOrStream,
} from './checkedOptions.js';
import { chokidarBackend } from './backends/chokidarBackend.js';
import type { Root } from './forest/Directory.js';
import { createDirectoryWatcher } from './backends/createDirectoryWatcher.js';
import { GitignoreRules, withGitignore } from './filters/GitignoreRules.js';
import { nodeFsBackend } from './backends/nodeFsBackend.js';
import { pathFilter } from './filters/pathFilter.js';
import { pollingBackend } from './backends/pollingBackend.js';
import { schedulerClock } from './disk/Clock.js';
import type { WatchBackend } from './backends/WatchBackend.js';
import type { WatchOptions } from './WatchOptions.js';
import { WatchSession } from './session/WatchSession.js';
import { withoutEventless } from './backends/withoutEventless.js';

/** The shortest pause between two slow looks at everything while nothing happens, in milliseconds. */
const reconcileMs = 5000;

/**
 * Watches files and directories, and emits what has changed in them: the net difference, batch by batch.
 *
 * For anything that must not miss the last save: a reload, a build, a cache. A backend only hints at where to look; the
 * events come from our own snapshot of the disk, so that they are the same over every backend, and what a backend
 * repeats, delays or loses is mended here.
 *
 * Contract:
 * - Loses: nothing for good. What the system drops is found by a look at everything: at once after a flood of hints or
 *   when the loop stood still, and slowly while nothing happens.
 * - Completes: never by itself, also when `paths` does.
 * - Errors: what `paths` errors with, and a path set with what is no path. What cannot be watched goes to `onError`, once
 *   per root and cause, is looked at now and then instead, and tried again.
 * - Cancels: unsubscribing stops at once and gives back every handle; the process can end.
 * - Holds: 56 bytes and a name for each file, one watch for each directory.
 * - Limit: bytes are compared up to 1 MiB a file, and for files that were read ahead (20,000); beyond, another time of
 *   writing is a change. Writes through a mapping of memory give no event on any system. An edit through a hard link
 *   elsewhere is found by the slow look.
 * - Order: in a batch deleted, renamed, modified, created; one event a path. What was renamed and edited gets its
 *   `Modified` in the batch that follows. `Renamed` needs an old path that is gone and a new one that was free: what
 *   is moved over another file is `Deleted` there and `Modified` here.
 *
 * @param paths - What to watch: files, directories, also such as do not exist yet, overlapping or not. As an Observable,
 *   each set replaces the one before: what joins is watched from then on, what leaves is released. A path that is named
 *   itself is reported whatever the filters say.
 * @param options - See {@link WatchOptions}. Times in milliseconds.
 * @throws RangeError or TypeError that names the option and its value, for what can never work.
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
    scheduler,
  } = options;
  const filter = pathFilter(options);
  const backend = backendOf(options.backend ?? 'chokidar');
  // A backend of the caller's own may know such filesystems better than we do.
  const isForLocalDisks = typeof options.backend !== 'object' && options.backend !== 'polling';
  const waits = checkedOptions(options, backend.intervalMs);
  const { settleMs, settleMaxMs, pollEveryMs, depth } = waits;
  const checked = checkedPathsOrStream(paths);
  // Mapped, so that a set with what is no path errors the stream: thrown in `next` it would end the process.
  const sets$ = (isObservable(checked) ? checked : of(checked)).pipe(
    map((set) => checkedPaths(set).map((path) => resolve(path))),
  );

  const newRoot = (path: string): Root => {
    if (!gitignore) return { path, filter, depth };
    const rules = new GitignoreRules();
    return { path, filter: withGitignore(filter, rules), depth, gitignore: rules };
  };

  return new Observable<WatchEvent>((subscriber) => {
    const isReal = scheduler === undefined || scheduler === asyncScheduler;
    const clock = isReal ? loopClock : schedulerClock(scheduler);
    const known = new Map<string, Root>();
    let roots: readonly Root[] = [];
    let batch = 0;
    const session = new WatchSession(
      {
        ...{ settleMs, settleMaxMs, pollEveryMs, followSymlinks, expandDirectories },
        overflowCount: maxQueuedEvents() / 4,
        // In virtual time a look that comes again and again would never let the scheduler run dry.
        reconcileMs: isReal ? reconcileMs : Infinity,
      },
      {
        fileSystem: nodeFileSystem,
        clock,
        watcher: (onHint) => {
          const ignored = (path: string) => isIgnored(roots, path);
          const backendOptions = { recursive, followSymlinks, ignored };
          const watcher = createDirectoryWatcher(backend, backendOptions, clock, onHint);
          if (!isForLocalDisks) return watcher;
          return withoutEventless(watcher, {
            ...{ mounts: mounts(), onHint },
            realPath: (path) => nodeFileSystem.realPath(path),
          });
        },
        onEvents: (events) => {
          batch += 1;
          const atMs = clock.stampMs();
          for (const event of events) {
            if (subscriber.closed) return;
            subscriber.next({ ...event, atMs, batch });
          }
        },
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
          roots = paths.map((path) => known.get(path) ?? newRoot(path));
          known.clear();
          for (const root of roots) known.set(root.path, root);
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

/** Whether no root wants to hear of a path, as far as its name tells. */
function isIgnored(roots: readonly Root[], path: string): boolean {
  const above = roots.filter((root) => path.startsWith(`${root.path}${sep}`));
  return (
    above.length > 0 &&
    above.every(({ filter, path: root }) => filter.isExcluded('', path.slice(root.length + 1)))
  );
}
