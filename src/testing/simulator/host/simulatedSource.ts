import { Observable, Subject, type SchedulerLike } from 'rxjs';
import type { WatchStatus } from '../../../pipeline/options/HotReloadOptions.js';
import type { WatchError, WatchEvent } from '../../../model/events/WatchEvent.js';
import type { Clock } from '../../../sources/disk/Clock.js';
import { createDirectoryWatcher } from '../../../sources/backends/createDirectoryWatcher.js';
import type { FileSystem } from '../../../sources/disk/FileSystem.js';
import { pathFilter } from '../../../sources/filters/pathFilter.js';
import type { WatchBackend } from '../../../sources/backends/WatchBackend.js';
import { WatchSession } from '../../../sources/session/WatchSession.js';
import { ROOT } from '../setup/Setup.js';

export interface SourceParts {
  readonly fileSystem: FileSystem;
  readonly backend: WatchBackend;
  readonly scheduler: SchedulerLike;
  /** Never set back, unlike the scheduler's. */
  readonly elapsedMs: () => number;
  readonly reconcileMs: number;
}

/** `watch(ROOT)` over other ports: the real session, with the disk, the clock and the backend of a simulation. */
export function simulatedSource(
  { fileSystem, backend, scheduler, elapsedMs, reconcileMs }: SourceParts,
  status$: Subject<WatchStatus>,
): Observable<WatchEvent> {
  const clock = clockOf(scheduler, elapsedMs);
  const tell = (tag: WatchStatus['_tag']) => (error: WatchError) =>
    status$.next({ _tag: tag, code: error.code, message: error.message });
  return new Observable<WatchEvent>((subscriber) => {
    let batch = 0;
    const session = new WatchSession(
      {
        ...{ settleMs: 10, settleMaxMs: 50, followSymlinks: false, expandDirectories: false },
        ...{ overflowCount: 1_000, reconcileMs },
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
        onWatching: () => undefined,
        onError: tell('WatchFailed'),
        onRecovered: tell('WatchRecovered'),
      },
    );
    subscriber.add(() => session.close());
    session.watch([{ path: ROOT, filter: pathFilter({}), depth: Infinity }]);
  });
}

/** As the clock of a real loop: waits go by the time that passes, stamps by the wall clock. */
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
