import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { engineUnreachable, type FleetError } from '../fleet/protocol/FleetError.js';
import { messageOf } from '../model/unknownValue.js';

/** A request without an answer is repeated: each of them may be. */
const MAX_TRIES = 3;
/** JetStream's code for a key that is at another revision. */
const WRONG_LAST_SEQUENCE = 10_071;

/** Work of the engine, repeated when it has no answer. */
export function task<A>(
  what: string,
  work: () => Promise<E.Either<FleetError, A>>,
): TaskEither<FleetError, A> {
  return async () => {
    try {
      return await repeated(work);
    } catch (error) {
      return E.left(engineUnreachable(what, messageOf(error)));
    }
  };
}

/** Requests that are repeated where they fail. Rejects as the last one does. */
export async function repeated<A>(work: () => Promise<A>): Promise<A> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (tries === MAX_TRIES) throw error;
    }
  }
}

/** The new revision; undefined when the key is at another one than expected. */
export async function casOf(work: () => Promise<number>): Promise<number | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === WRONG_LAST_SEQUENCE) {
      return undefined;
    }
    throw error;
  }
}
