import type { SchedulerLike } from 'rxjs';

/** The port through which the source waits. Every function given to it can be taken back. */
export interface Clock {
  /** Milliseconds that never run backwards, with a fraction. */
  nowMs(): number;
  /** What events carry as `atMs`. */
  stampMs(): number;
  /** Runs once, after the events that are waiting now. */
  nextTurn(run: () => void): () => void;
  /** Runs once, when a moment has passed: a turn of the loop, or the least that a scheduler can tell apart. */
  soon(run: () => void): () => void;
  /** Runs once, at least `delayMs` from now. */
  after(delayMs: number, run: () => void): () => void;
}

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
