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
import { isThenable } from '../model/isThenable.js';

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
    timeout({ first: limit.timeoutMs, ...(limit.scheduler && { scheduler: limit.scheduler }) }),
    ignoreElements(),
    catchError((error: unknown) => {
      onError(error);
      return EMPTY;
    }),
  );
}
