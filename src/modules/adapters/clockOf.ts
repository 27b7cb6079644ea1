import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { monotonicMs } from './monotonicMs.js';

/** `asyncScheduler` counts whole milliseconds of a clock that people set; another scheduler is somebody's own time. */
export function clockOf(scheduler: SchedulerLike): () => number {
  return scheduler === asyncScheduler ? monotonicMs : () => scheduler.now();
}
