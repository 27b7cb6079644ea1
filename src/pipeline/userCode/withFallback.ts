/**
 * Wraps a user's function so that it never throws: an error goes to `onThrow`, and `fallback` gives the result instead.
 */
export function withFallback<A extends readonly unknown[], R>(
  call: (...args: A) => R,
  fallback: (...args: A) => R,
  onThrow: (error: unknown) => void,
): (...args: A) => R {
  return (...args) => {
    try {
      return call(...args);
    } catch (error) {
      onThrow(error);
      return fallback(...args);
    }
  };
}
