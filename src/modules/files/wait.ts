import type { SchedulerLike } from 'rxjs';

/** Resolves after `ms` of the scheduler's time. */
export function wait(ms: number, scheduler: SchedulerLike): Promise<void> {
  return new Promise((resolve) => {
    scheduler.schedule(() => resolve(), ms);
  });
}
