import { asyncScheduler, map, type OperatorFunction, type SchedulerLike } from 'rxjs';
import type { ReloadEvent, UnstampedEvent } from '../../model/reload/ReloadEvent.js';

/**
 * Stamps each event of a stream with the version of the format, its index from 0 and the scheduler's time. For a stream
 * of your own that feeds the sinks. `hotReload` stamps its events itself.
 *
 * @param scheduler - Gives `atMs`. Default: RxJS's `asyncScheduler`.
 */
export function stampEvents(
  scheduler: SchedulerLike = asyncScheduler,
): OperatorFunction<UnstampedEvent, ReloadEvent> {
  return map((event, i) => ({ v: 1, i, atMs: scheduler.now(), ...event }));
}
