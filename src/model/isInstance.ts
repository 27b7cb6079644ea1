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
