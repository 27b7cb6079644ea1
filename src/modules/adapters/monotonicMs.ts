/** Milliseconds of a clock that never steps back, with fractions: what stages are timed with. */
export function monotonicMs(): number {
  return performance.now();
}
