import { hash } from 'node:crypto';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { defer, mergeMap, type Observable, of, throwError } from 'rxjs';

/** A task as a stream: emits its right value and completes, or errors with its left value. Starts on subscription. */
export function fromTask<E, A>(task: TaskEither<E, A>): Observable<A> {
  return defer(task).pipe(
    mergeMap((result) =>
      result._tag === 'Left' ? throwError(() => result.left) : of(result.right),
    ),
  );
}

/** The size and hash of a state that is not here: a replay has nothing else of it. */
export class MeasuredState {
  constructor(
    readonly bytes: number,
    readonly sha256: string,
  ) {}
}

/** Size and hash of a state as JSON. Events contain nothing else about a state. */
export function measureState(state: unknown): { readonly bytes: number; readonly sha256: string } {
  if (state instanceof MeasuredState) return { bytes: state.bytes, sha256: state.sha256 };
  const json = JSON.stringify(state ?? null);
  return { bytes: Buffer.byteLength(json), sha256: hash('sha256', json) };
}
