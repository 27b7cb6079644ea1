import { interval, map, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { mergeWhile } from '../../operators/chain/mergeWhile.js';

/** A third of the 300,000 ms after which `perKey` frees the sub-pipeline of a key that emits nothing. */
const HEARTBEAT_MS = 100_000;

/** Emitted by the sub-pipeline of a plugin while it works, so that `perKey` keeps it. No subscriber of `hotReload` sees it. */
export const heartbeat = Symbol('heartbeat');

/**
 * Emits a heartbeat among the values for as long as the source lasts. A wait for a retry or for the breaker can be
 * silent for longer than `perKey` keeps a key, and a change that is saved meanwhile must reach the same sub-pipeline,
 * to end that wait.
 */
export function withHeartbeat<T>(
  scheduler: SchedulerLike | undefined,
): OperatorFunction<T, T | typeof heartbeat> {
  return mergeWhile(interval(HEARTBEAT_MS, scheduler).pipe(map((): typeof heartbeat => heartbeat)));
}

export function isNoHeartbeat<T>(value: T | typeof heartbeat): value is T {
  return value !== heartbeat;
}
