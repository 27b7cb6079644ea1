import { NEVER, Observable, type SchedulerLike, Subject } from 'rxjs';
import type { WatchError, WatchEvent } from '../../../model/events/WatchEvent.js';
import type { WatchStatus } from '../../../pipeline/options/HotReloadOptions.js';
import { tellUnused } from '../../../pipeline/stream/tellUnused.js';
import { withMissedSaves } from '../../../pipeline/watchPlugins.js';
import { createDirectoryWatcher } from '../../../sources/backends/createDirectoryWatcher.js';
import type { WatchBackend } from '../../../sources/backends/WatchBackend.js';
import type { Clock } from '../../../sources/disk/Clock.js';
import type { FileSystem } from '../../../sources/disk/FileSystem.js';
import { pathFilter } from '../../../sources/filters/pathFilter.js';
import { WatchSession } from '../../../sources/session/WatchSession.js';
import type { WatchOptions } from '../../../sources/WatchOptions.js';
import { ROOT } from '../setup/Setup.js';
import type { SourceConnection } from './SourceConnection.js';

/** In place of a runtime: nothing looks for what no hint names. */
const noLooks = {
  staleFiles: () => [],
  attempts$: NEVER,
  changedSince: () => [],
};

/** Hints in a row after which the source scans everything at once, or takes them for a storm: more than any run has. */
const OVERFLOW_COUNT = 1_000;

type SourceOptions = Parameters<typeof simulatedSource>[0];

/**
 * The simulated source, and what `watchPlugins` looks for beside it, behind a connection; a source that never scans has no looks either. What no
 * plugin uses is told by who gets the events: while the connection is broken they wait, and plugins may come to serve meanwhile.
 */
export function lookingSource(
  runtime: Parameters<typeof withMissedSaves>[0] & Parameters<typeof tellUnused>[0],
  options: Omit<SourceOptions, 'onWatching'>,
  status$: Subject<WatchStatus>,
  connection: SourceConnection,
  onIgnored: WatchOptions['onIgnored'],
): Observable<WatchEvent> {
  const looking = options.reconcileMs === Infinity ? noLooks : runtime;
  const source$ = withMissedSaves(looking, options.scheduler, (onWatching) =>
    simulatedSource({ ...options, onWatching }, status$),
  );
  return connection.connect(source$).pipe(tellUnused(runtime, onIgnored, options.scheduler));
}

/** `watch(ROOT)` over simulated ports: the real session, with another disk, clock and backend. */
function simulatedSource(
  options: {
    readonly fileSystem: FileSystem;
    readonly backend: WatchBackend;
    readonly scheduler: SchedulerLike;
    /** Time that has passed, in milliseconds. Never set back, unlike the scheduler's clock. */
    readonly elapsedMs: () => number;
    /** Pause between two full scans, in milliseconds. */
    readonly reconcileMs: number;
    /** How many files are looked at before the source is ready. */
    readonly firstLookCount: number;
    readonly onWatching: (paths: readonly string[]) => void;
  },
  status$: Subject<WatchStatus>,
): Observable<WatchEvent> {
  const { fileSystem, backend, scheduler, elapsedMs, reconcileMs, firstLookCount, onWatching } =
    options;
  const clock = clockOf(scheduler, elapsedMs);
  const emitStatus = (tag: WatchStatus['_tag']) => (error: WatchError) =>
    status$.next({ _tag: tag, code: error.code, message: error.message });
  return new Observable<WatchEvent>((subscriber) => {
    let batch = 0;
    const session = new WatchSession(
      {
        settleMs: 10,
        settleMaxMs: 50,
        followSymlinks: false,
        expandDirectories: false,
        initial: false,
        areTimesOurs: true,
        stormCount: OVERFLOW_COUNT,
        firstLookCount,
        overflowCount: OVERFLOW_COUNT,
        reconcileMs,
      },
      {
        fileSystem,
        clock,
        watcher: (onHint) =>
          createDirectoryWatcher(
            backend,
            { recursive: true, followSymlinks: false, ignored: () => false },
            clock,
            onHint,
          ),
        onEvents: (events) => {
          batch += 1;
          for (const event of events) {
            if (!subscriber.closed) subscriber.next({ ...event, atMs: clock.stampMs(), batch });
          }
        },
        onReady: () => undefined,
        onWatching,
        onError: emitStatus('WatchFailed'),
        onRecovered: emitStatus('WatchRecovered'),
      },
    );
    subscriber.add(() => session.close());
    session.watch([{ path: ROOT, filter: pathFilter({}), depth: Infinity }]);
  });
}

/** Like the clock of a real event loop: delays go by the time that passes, stamps by the wall clock. */
function clockOf(scheduler: SchedulerLike, elapsedMs: () => number): Clock {
  const after = (delayMs: number, run: () => void) => {
    const action = scheduler.schedule(run, delayMs);
    return () => action.unsubscribe();
  };
  return {
    nowMs: elapsedMs,
    stampMs: () => scheduler.now(),
    nextTurn: (run) => after(0, run),
    soon: (run) => after(1, run),
    after,
  };
}
