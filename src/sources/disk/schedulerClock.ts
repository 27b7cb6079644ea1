import type { SchedulerLike } from 'rxjs';
import type { Clock } from './Clock.js';

/** A clock that takes every wait from an RxJS scheduler, so that a run can be in virtual time. */
export function schedulerClock(scheduler: SchedulerLike): Clock {
  const after = (delayMs: number, run: () => void) => {
    const action = scheduler.schedule(run, delayMs);
    return () => action.unsubscribe();
  };
  return {
    nowMs: () => scheduler.now(),
    stampMs: () => scheduler.now(),
    nextTurn: (run) => after(0, run),
    // A turn takes no virtual time, so that waiting for time to pass by turns would never end.
    soon: (run) => after(1, run),
    after,
  };
}
