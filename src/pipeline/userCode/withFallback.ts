/** A user's function, made unable to throw: what it throws goes to `onThrow`, and `fallback` answers in its place. */
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
