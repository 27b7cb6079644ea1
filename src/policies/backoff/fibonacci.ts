import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';

const goldenRatio = (1 + Math.sqrt(5)) / 2;

/**
 * Waits that grow as the Fibonacci numbers do, 1, 1, 2, 3, 5, 8 units: slower than doubling, faster than a line.
 *
 * @param o - `unitMs` (at least 0), `maxMs` (at least `unitMs`, default 2^31 - 1).
 *
 * @example
 * ```ts
 * [1, 2, 3, 4, 5, 6].map(fibonacci({ unitMs: 100 })); // => [100, 100, 200, 300, 500, 800]
 * ```
 */
export function fibonacci(o: { readonly unitMs: number; readonly maxMs?: number }): BackoffCurve {
  const { unitMs, maxMs = Infinity } = o;
  return boundedCurve(
    'fibonacci',
    'unitMs',
    unitMs,
    maxMs,
    // Binet's formula; exact to the 70th number, which is 6,000 years of milliseconds.
    (attempt) => unitMs * Math.round(goldenRatio ** attempt / Math.sqrt(5)),
  );
}
