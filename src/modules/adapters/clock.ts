import { asyncScheduler, type SchedulerLike } from 'rxjs';

/** Milliseconds, with fractions, of a clock that never steps back: for durations. */
function monotonicMs(): number {
  return performance.now();
}

/**
 * The clock for durations under a scheduler. `asyncScheduler` counts whole milliseconds of the wall clock, which people can set, so
 * it is replaced by the monotonic clock. Any other scheduler keeps a time of its own, such as a test's virtual time.
 */
export function clockOf(scheduler: SchedulerLike): () => number {
  return scheduler === asyncScheduler ? monotonicMs : () => scheduler.now();
}
