import { asyncScheduler, map, type OperatorFunction, type SchedulerLike } from 'rxjs';
import type { ReloadEvent, UnstampedEvent } from '../../model/reload/ReloadEvent.js';

/**
 * Stamps each event of a stream with the version of the format, its index from 0 and the scheduler's time. For a stream that
 * feeds the sinks beside `hotReload`, which stamps its own events.
 *
 * @param scheduler - Gives `atMs`. Default: RxJS's `asyncScheduler`.
 */
export function stampEvents(
  scheduler: SchedulerLike = asyncScheduler,
): OperatorFunction<UnstampedEvent, ReloadEvent> {
  return map((event, i) => ({ v: 1, i, atMs: scheduler.now(), ...event }));
}
