import { defer, map, merge, Subject, type Observable, type SchedulerLike } from 'rxjs';
import type { WatchEvent } from '../model/events/WatchEvent.js';
import type { PluginRuntime } from '../runtime/PluginRuntime.js';

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
