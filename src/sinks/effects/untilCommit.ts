import {
  filter,
  type MonoTypeOperatorFunction,
  map,
  type Observable,
  type SchedulerLike,
  throwError,
  timeout,
} from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { mergeWhile } from '../../operators/chain/mergeWhile.js';

/** Stands for "no deadline": 2^31 − 1 ms, the longest delay that a timer can hold. */
export const NO_DEADLINE_MS = 2 ** 31 - 1;

const committed = Symbol('committed');

/**
 * Errors when the work has no result at the deadline, unless the new version serves by then: what is left, such as the end of the version
 * before, has deadlines of its own, and a failure would say that the version before serves.
 *
 * @param commit$ - Emits in COMMIT.
 * @param error - The failure at the deadline.
 */
export function untilCommit<A>(
  timeoutMs: number,
  commit$: Observable<unknown>,
  error: () => ReloadError,
  scheduler: SchedulerLike | undefined,
): MonoTypeOperatorFunction<A> {
  return (work$) =>
    work$.pipe(
      mergeWhile<A, typeof committed>(commit$.pipe(map((): typeof committed => committed))),
      timeout({
        first: Math.min(timeoutMs, NO_DEADLINE_MS),
        with: () => throwError(error),
        ...(scheduler && { scheduler }),
      }),
      filter((value): value is A => value !== committed),
    );
}
