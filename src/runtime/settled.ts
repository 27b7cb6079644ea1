import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import { toReloadError } from '../model/reload/toReloadError.js';

/** A task that never rejects: what is thrown on the way, by a port of the host's own or by a mistake of ours, is a failure. */
export function settled<A>(
  plugin: string,
  task: () => Promise<E.Either<ReloadError, A>>,
): TaskEither<ReloadError, A> {
  return async () => {
    try {
      return await task();
    } catch (error) {
      return E.left(toReloadError(plugin, error));
    }
  };
}
