import { type SchedulerLike, VirtualTimeScheduler } from 'rxjs';

/** The port through which the source measures time and waits. Each wait returns a function that cancels it. */
export interface Clock {
  /** Monotonic time in milliseconds, with a fraction. */
  nowMs(): number;
  /** Wall-clock time in milliseconds: the `atMs` of events, and what the times of files are compared to. */
  stampMs(): number;
  /** Runs once, after the events that are waiting in the loop now. */
  nextTurn(run: () => void): () => void;
  /** Runs once, after the shortest wait in which time passes: a turn of the loop, or 1 ms of a scheduler. */
  soon(run: () => void): () => void;
  /** Runs once, at least `delayMs` from now. */
  after(delayMs: number, run: () => void): () => void;
}

/**
 * Whether a scheduler's time passes only when somebody tells it to: RxJS's `VirtualTimeScheduler` and `TestScheduler`,
 * and `VirtualTime` of hotpipe/testing, which counts what is pending. Work that repeats itself would keep it busy
 * without end.
 */
export function isVirtual(scheduler: SchedulerLike): boolean {
  return scheduler instanceof VirtualTimeScheduler || 'pendingCount' in scheduler;
}

/** A clock over an RxJS scheduler, so that a run can be in virtual time. */
export function schedulerClock(scheduler: SchedulerLike): Clock {
  const after = (delayMs: number, run: () => void) => {
    const action = scheduler.schedule(run, delayMs);
    return () => action.unsubscribe();
  };
  return {
    nowMs: () => scheduler.now(),
    stampMs: () => scheduler.now(),
    nextTurn: (run) => after(0, run),
    // A turn takes no virtual time: code that waits turn by turn until time has passed would never end.
    soon: (run) => after(1, run),
    after,
  };
}
