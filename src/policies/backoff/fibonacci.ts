import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';

const goldenRatio = (1 + Math.sqrt(5)) / 2;

/**
 * Waits that grow like the Fibonacci numbers: 1, 1, 2, 3, 5, 8 units. They grow slower than `exponential`, which doubles, and
 * faster than `linear`.
 *
 * @param o - See the fields. A value out of range throws a RangeError.
 *
 * @example
 * ```ts
 * [1, 2, 3, 4, 5, 6].map(fibonacci({ unitMs: 100 })); // => [100, 100, 200, 300, 500, 800]
 * ```
 */
export function fibonacci(o: {
  /** The first and the second wait, in ms: at least 0. */
  readonly unitMs: number;
  /** The longest wait, in ms: at least `unitMs`. Default 2^31 - 1. */
  readonly maxMs?: number;
}): BackoffCurve {
  const { unitMs, maxMs = Infinity } = o;
  return boundedCurve(
    'fibonacci',
    'unitMs',
    unitMs,
    maxMs,
    // Binet's formula, which is exact up to the 70th number: 6,000 years in ms.
    (attempt) => unitMs * Math.round(goldenRatio ** attempt / Math.sqrt(5)),
  );
}
