import { connect, defer, merge, mergeMap, type Observable, type OperatorFunction, tap } from 'rxjs';
import { type FoldedEvents, foldEvents } from '../../model/events/foldEvents.js';
import type { Change } from '../../model/reload/Change.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { coalesceMap } from '../../operators/coalesceMap.js';
import type { CircuitBreaker } from '../../operators/createCircuitBreaker.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { type heartbeat, withHeartbeat } from './heartbeat.js';
import type { ReloadRequest } from './ReloadRequest.js';
import { reloadUntilServed, supersededBy } from './reloadUntilServed.js';

/**
 * Reloads one plugin for its changes: one at a time, then the newest.
 *
 * A change that arrives during a reload waits for its end; a newer one replaces it (`Superseded`). Each change ends in
 * exactly one of `Loaded`, `Reloaded`, `Unchanged`, `Removed`, `Superseded`, or a `ReloadFailed` that will not be
 * retried. A reload gets everything that changed since the serving version was loaded, including earlier changes whose
 * reloads failed.
 */
export function reloadChanges(
  plugin: string,
  breaker: CircuitBreaker,
  context: PipelineContext,
): OperatorFunction<ReloadRequest, UnstampedEvent | typeof heartbeat> {
  return (requests$) =>
    defer(() => {
      /** The request that waits for a reload. */
      let queued: ReloadRequest | undefined;
      /** The change that a reload has received, but that does not serve yet. The next reload gets it too. */
      let unserved: Change | undefined;

      const enqueue = (request: ReloadRequest): readonly UnstampedEvent[] => {
        const replaced = queued;
        queued = { ...request, change: mergeChanges(replaced?.change, request.change) };
        return replaced ? [supersededBy(replaced, request)] : [];
      };
      const reload = (newer$: Observable<ReloadRequest>) =>
        defer(() => {
          if (!queued) throw new Error(`hotReload: a reload of ${plugin} started without a change`);
          const { changes, cause } = queued;
          const change = mergeChanges(unserved, queued.change);
          unserved = change;
          queued = undefined;
          // Copied, because a long fold is a Proxy, which a target cannot post to a worker.
          const plain = { ...change, events: [...change.events] };
          return reloadUntilServed({ change: plain, changes, cause }, newer$, breaker, context);
        }).pipe(
          tap((event) => {
            if (endsServed(event)) unserved = undefined;
          }),
          withHeartbeat(context.scheduler),
        );

      return requests$.pipe(
        connect((request$) =>
          merge(
            request$.pipe(mergeMap(enqueue)),
            request$.pipe(coalesceMap(() => reload(request$))),
          ),
        ),
      );
    });
}

/** Whether the version that serves after this event matches the files on disk. */
function endsServed({ _tag }: UnstampedEvent): boolean {
  return _tag === 'Loaded' || _tag === 'Reloaded' || _tag === 'Unchanged' || _tag === 'Removed';
}

/** The net effect of an earlier change and a later one. */
function mergeChanges(earlier: Change | undefined, later: Change): Change {
  if (earlier === undefined) return later;
  return {
    plugin: later.plugin,
    events: later.events.reduce<FoldedEvents>(foldEvents, earlier.events),
    firstAtMs: earlier.firstAtMs,
    lastAtMs: later.lastAtMs,
    eventCount: earlier.eventCount + later.eventCount,
  };
}
