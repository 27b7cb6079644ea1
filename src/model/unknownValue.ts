/**
 * What was thrown, rejected, or ended a stream, in words for the person at the terminal. Often it is no `Error`: a `ReloadError`
 * and a `WatchError` are plain values with a `message`. Never throws, whatever it is given.
 */
export function messageOf(cause: unknown): string {
  try {
    if (typeof cause !== 'object' || cause === null) return String(cause);
    if ('message' in cause && typeof cause.message === 'string' && cause.message !== '') {
      return cause.message;
    }
    if (cause instanceof Error) {
      const { name }: { readonly name: unknown } = cause; // it is whatever somebody has put there
      return String(name);
    }
    return JSON.stringify([cause]).slice(1, -1); // in a list, so that it is a text whatever its toJSON gives
  } catch {
    return 'an object that cannot be shown';
  }
}

/** `value instanceof type`, for what code of others threw: where the trap of a proxy throws at the question, it is none. */
export function isInstance<A>(
  value: unknown,
  type: abstract new (...args: never[]) => A,
): value is A {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}

/** Whether something can be awaited: a promise of this realm, of another one, or of a library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
