/** A user's function that cannot throw: what it throws goes to `onThrow`, and `otherwise` answers in its place. */
export function guarded<A extends readonly unknown[], R>(
  call: (...args: A) => R,
  otherwise: (...args: A) => R,
  onThrow: (error: unknown) => void,
): (...args: A) => R {
  return (...args) => {
    try {
      return call(...args);
    } catch (error) {
      onThrow(error);
      return otherwise(...args);
    }
  };
}
