import { asyncScheduler, defer, merge, mergeMap, type Observable, type SchedulerLike } from 'rxjs';
import type { Change } from '../../model/reload/Change.js';
import type { TargetRequest } from '../../model/reload/TargetRequest.js';
import { type LaneWork, workOf } from './ReloadRequest.js';

/** The causes that gain nothing by an attempt before the end of a window, since the change comes anyway. */
const WAITS_FOR_WINDOWS: ReadonlySet<TargetRequest['cause']> = new Set(['dependency', 'retry']);

/** A change that leaves its window. */
interface NumberedChange {
  readonly change: Change;
  readonly number: number;
}

/**
 * The work on one plugin: its changes, and what the target asks for. While a window is open, what another plugin needs of this one waits
 * for its end: a file may be half written, and the change comes anyway.
 *
 * @param detected$ - The changes; undefined for a window that ended without one.
 * @param window - Whether a window is open. Closed here.
 */
export function joinRequests(
  detected$: Observable<NumberedChange | undefined>,
  requests$: Observable<TargetRequest>,
  window: { isOpen: boolean },
  scheduler: SchedulerLike = asyncScheduler,
): Observable<LaneWork> {
  return defer(() => {
    const held: TargetRequest[] = [];
    const changed$ = detected$.pipe(
      mergeMap((detected): readonly LaneWork[] => {
        window.isOpen = false;
        const asked = held.splice(0);
        if (detected === undefined) return asked.map((each) => workOf(each, scheduler.now()));
        const { change, number } = detected;
        return [{ change, changes: [number], cause: 'change', asked }];
      }),
    );
    const asked$ = requests$.pipe(
      mergeMap((request): readonly LaneWork[] => {
        if (!window.isOpen || !WAITS_FOR_WINDOWS.has(request.cause)) {
          return [workOf(request, scheduler.now())];
        }
        held.push(request);
        return [];
      }),
    );
    return merge(changed$, asked$);
  });
}
