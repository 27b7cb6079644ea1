import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { defer, mergeMap, of, throwError, type Observable } from 'rxjs';

/** A task as a stream: its right value, then complete; or its left value as the error. Starts on subscription. */
export function fromTask<E, A>(task: TaskEither<E, A>): Observable<A> {
  return defer(task).pipe(
    mergeMap((result) =>
      result._tag === 'Left' ? throwError(() => result.left) : of(result.right),
    ),
  );
}
