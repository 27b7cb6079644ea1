import {
  catchError,
  defer,
  EMPTY,
  from,
  ignoreElements,
  isObservable,
  type Observable,
  type SchedulerLike,
  timeout,
} from 'rxjs';
import { isThenable } from '../../model/unknownValue.js';

/**
 * Calls a user's function and completes when it is done: a promise or an Observable that it returns is waited for, at
 * most `timeoutMs`. Never errors: what the function throws or rejects with, and a timeout, go to `onError`.
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
    ignoreElements(), // before the timeout, which would otherwise end at the first value
    timeout({ first: limit.timeoutMs, ...(limit.scheduler && { scheduler: limit.scheduler }) }),
    catchError((error: unknown) => {
      onError(error);
      return EMPTY;
    }),
  );
}
