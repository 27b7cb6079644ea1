import { interval, map, type OperatorFunction, type SchedulerLike } from 'rxjs';
import { mergeWhile } from '../../operators/chain/mergeWhile.js';

/** `perKey` lets go of a key that has been silent for 300,000 ms. */
const TELL_EVERY_MS = 100_000;

/** Said now and then by the sub-pipeline of a plugin that is being worked on. Nobody but `perKey` hears it. */
export const stillWorking = Symbol('still working');

/**
 * Work that is never silent for long: a wait for a retry or a breaker may be, and what is saved meanwhile ends it, so the
 * plugin must not be let go.
 */
export function tellWorking<T>(
  scheduler: SchedulerLike | undefined,
): OperatorFunction<T, T | typeof stillWorking> {
  return mergeWhile(
    interval(TELL_EVERY_MS, scheduler).pipe(map((): typeof stillWorking => stillWorking)),
  );
}

/** What is left for the reader of all plugins. */
export function isNews<T>(told: T | typeof stillWorking): told is T {
  return told !== stillWorking;
}
