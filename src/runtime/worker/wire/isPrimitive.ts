/** Whether a value is copied by being sent, so that no later change can reach it. */
export function isPrimitive(
  value: unknown,
): value is string | number | boolean | bigint | null | undefined {
  return (
    value === null ||
    (typeof value !== 'object' && typeof value !== 'function' && typeof value !== 'symbol')
  );
}
