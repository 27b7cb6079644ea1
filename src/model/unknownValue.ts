/**
 * A message for any thrown or rejected value, for the person at the terminal. The value is often not an `Error`: a
 * `ReloadError` and a `WatchError` are plain values with a `message`. Never throws.
 */
export function messageOf(cause: unknown): string {
  try {
    if (typeof cause !== 'object' || cause === null) return String(cause);
    if ('message' in cause && typeof cause.message === 'string' && cause.message !== '') {
      return cause.message;
    }
    if (cause instanceof Error) {
      const { name }: { readonly name: unknown } = cause; // the type says string, but code may have assigned any value
      return String(name);
    }
    return JSON.stringify([cause]).slice(1, -1); // in an array, so that the result is a string, also when toJSON returns undefined
  } catch {
    return 'an object that cannot be shown';
  }
}

/** `value instanceof type` for a value that a user's code threw. False for a Proxy whose trap throws. */
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

/** Whether a value can be awaited: a promise of this realm, of another one, or of a library. */
export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    'then' in value &&
    typeof value.then === 'function'
  );
}
