import type { BackoffCurve } from './BackoffCurve.js';
import { boundedCurve } from './boundedCurve.js';

const goldenRatio = (1 + Math.sqrt(5)) / 2;

/** Past this one, Fibonacci numbers are no longer exact in a double. */
const lastExact = 78;

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
  return boundedCurve('fibonacci', { first: 'unitMs', initialMs: unitMs, maxMs }, (attempt) =>
    unitMs === 0 ? 0 : unitMs * fibonacciNumber(attempt),
  );
}

function fibonacciNumber(n: number): number {
  if (n > lastExact) return goldenRatio ** n / Math.sqrt(5);
  let [previous, current] = [0, 1];
  for (let i = 1; i < n; i++) [previous, current] = [current, previous + current];
  return current;
}
