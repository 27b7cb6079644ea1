import * as E from 'fp-ts/lib/Either.js';
import { unexpected } from './failures.js';
import type { ReloadError } from './ReloadError.js';

/**
 * Turns any thrown or rejected value into a `ReloadError`. A value that already is one passes unchanged. An `Error`
 * that has the fields of a `ReloadError`, such as one of a host's own class, is copied into a plain object: JSON leaves
 * out an `Error`'s message, and events are JSON. Everything else becomes `Unexpected`.
 *
 * @param plugin - The plugin that was being reloaded; empty where none is known.
 */
export function toReloadError(plugin: string, cause: unknown): ReloadError {
  if (!isReloadError(cause)) return unexpected(plugin, cause);
  if (!(cause instanceof Error)) return cause;
  const { _tag, message } = cause;
  return { ...Object.fromEntries(Object.entries(cause)), _tag, plugin: cause.plugin, message };
}

function isReloadError(value: unknown): value is ReloadError {
  try {
    return (
      typeof value === 'object' &&
      value !== null &&
      '_tag' in value &&
      typeof value._tag === 'string' &&
      'plugin' in value &&
      typeof value.plugin === 'string' &&
      'message' in value &&
      typeof value.message === 'string'
    );
  } catch {
    return false; // a Proxy or a getter threw
  }
}

/** Turns an error that a port of the host throws, or a bug of hotpipe, into a Left: the methods of a runtime never reject. */
export async function withoutRejection<A>(
  plugin: string,
  work: () => Promise<E.Either<ReloadError, A>>,
): Promise<E.Either<ReloadError, A>> {
  try {
    return await work();
  } catch (error) {
    return E.left(toReloadError(plugin, error));
  }
}
