import { asyncScheduler, map, type OperatorFunction, type SchedulerLike } from 'rxjs';
import type { ReloadEvent, UnstampedEvent } from '../../model/reload/ReloadEvent.js';

/** Gives each event of a stream its format version, its index from 0 and its time. */
export function stampEvents(
  scheduler: SchedulerLike = asyncScheduler,
): OperatorFunction<UnstampedEvent, ReloadEvent> {
  return map((event, i) => ({ v: 1, i, atMs: scheduler.now(), ...event }));
}
