import {
  catchError,
  defer,
  EMPTY,
  from,
  ignoreElements,
  isObservable,
  timeout,
  type Observable,
  type SchedulerLike,
} from 'rxjs';
import { isThenable } from '../../model/unknownValue.js';

/**
 * Calls a user's function, waits for what it returns if that can be waited for, and completes. What it throws goes to
 * `onError`: a hook never ends the pipeline.
 */
export function runHook(
  call: () => unknown,
  onError: (error: unknown) => void,
  limit: { readonly timeoutMs: number; readonly scheduler?: SchedulerLike },
): Observable<never> {
  return defer(() => {
    const result = call();
    return isThenable(result) || isObservable(result) ? from(result) : EMPTY;
  }).pipe(
    ignoreElements(), // before the deadline, which is for its end: a first value is none
    timeout({ first: limit.timeoutMs, ...(limit.scheduler && { scheduler: limit.scheduler }) }),
    catchError((error: unknown) => {
      onError(error);
      return EMPTY;
    }),
  );
}
