import {
  connect,
  defer,
  EMPTY,
  filter,
  merge,
  mergeMap,
  type Observable,
  type OperatorFunction,
  of,
  repeat,
  tap,
} from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import { coalesceMap } from '../../operators/coalesceMap.js';
import type { CircuitBreaker } from '../../operators/createCircuitBreaker.js';
import type { PipelineContext } from '../options/PipelineContext.js';
import { createStreamSemaphore } from './createStreamSemaphore.js';
import { type heartbeat, withHeartbeat } from './heartbeat.js';
import { LaneQueue, mergeChanges } from './LaneQueue.js';
import { isReload, isSwap, type LaneWork, type ReloadRequest } from './ReloadRequest.js';
import { reloadUntilServed, supersededBy } from './reloadUntilServed.js';
import { runSwap } from './runSwap.js';

/**
 * Reloads one plugin for its changes and for what its target asks for: one at a time, then the newest.
 *
 * A change that arrives during a reload waits for its end; a newer one replaces it (`Superseded`). Each change ends in
 * exactly one of `Loaded`, `Reloaded`, `Unchanged`, `Removed`, `Superseded`, or a `ReloadFailed` that will not be
 * retried. A reload gets everything that changed since the serving version was loaded, including earlier changes whose
 * reloads failed.
 *
 * A swap to a version that is known already does not wait for retries of a change, but for the attempt under way.
 */
export function reloadChanges(
  plugin: string,
  breaker: CircuitBreaker,
  context: PipelineContext,
): OperatorFunction<LaneWork, UnstampedEvent | typeof heartbeat> {
  return (work$) =>
    defer(() => {
      const queue = new LaneQueue();
      /** The change that a reload has received, but that does not serve yet. The next reload gets it too. */
      let unserved: Change | undefined;
      const lane = { queue, exclusive: createStreamSemaphore(1, context.scheduler) };

      const enqueue = (request: ReloadRequest): readonly UnstampedEvent[] => {
        const replaced = queue.add(request);
        return replaced ? [supersededBy(replaced, request)] : [];
      };
      const reload = (newer$: Observable<ReloadRequest>): Observable<UnstampedEvent> =>
        defer(() => {
          const next = queue.take();
          if (next === undefined) return EMPTY;
          const change = mergeChanges(unserved, next.change);
          unserved = change;
          // Copied, because a long fold is a Proxy, which a target cannot post to a worker.
          const plain = { ...change, events: [...change.events] };
          return reloadUntilServed({ ...next, change: plain }, newer$, { breaker, lane }, context);
        }).pipe(
          tap((event) => {
            if (endsServed(event)) unserved = undefined;
          }),
        );
      const reloadAll = (newer$: Observable<ReloadRequest>) =>
        reload(newer$).pipe(
          repeat({ delay: () => (queue.hasWork ? of(true) : EMPTY) }),
          withHeartbeat(context.scheduler),
        );
      return work$.pipe(
        connect((shared$) => {
          const swap$ = shared$.pipe(filter(isSwap));
          const request$ = shared$.pipe(filter(isReload));
          return merge(
            swap$.pipe(
              mergeMap((swap) =>
                runSwap(swap, lane.exclusive, context).pipe(withHeartbeat(context.scheduler)),
              ),
            ),
            request$.pipe(mergeMap(enqueue)),
            request$.pipe(coalesceMap(() => reloadAll(request$))),
          );
        }),
      );
    });
}

/** Whether the version that serves after this event matches the files on disk. */
function endsServed({ _tag }: UnstampedEvent): boolean {
  return _tag === 'Loaded' || _tag === 'Reloaded' || _tag === 'Unchanged' || _tag === 'Removed';
}
