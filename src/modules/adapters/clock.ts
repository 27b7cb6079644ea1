import { asyncScheduler, type SchedulerLike } from 'rxjs';

/** Milliseconds, with fractions, of a clock that never steps back: for durations. */
function monotonicMs(): number {
  return performance.now();
}

/** A scheduler whose `now()` people can set, and which has a time beside it that never steps back, in milliseconds. */
interface Settable extends SchedulerLike {
  readonly elapsedMs: number;
}

/**
 * The clock for durations under a scheduler. `asyncScheduler` counts whole milliseconds of the wall clock, which people can set, so
 * it is replaced by the monotonic clock. Any other scheduler keeps a time of its own, such as a test's virtual time.
 */
export function clockOf(scheduler: SchedulerLike | Settable): () => number {
  if (scheduler === asyncScheduler) return monotonicMs;
  return 'elapsedMs' in scheduler ? () => scheduler.elapsedMs : () => scheduler.now();
}
