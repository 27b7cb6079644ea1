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
