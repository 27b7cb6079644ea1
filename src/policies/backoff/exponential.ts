import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';
import { requireInRange } from '../ranges.js';

/**
 * Waits that multiply: by default 100, 200, 400, 800, 1600 ... up to 30,000 ms. For a fault whose length is unknown.
 *
 * @param o - `initialMs` (at least 0, default 100), `maxMs` (at least `initialMs`, default 30,000 or `initialMs` if
 *   that is more), `multiplier` (at least 1, default 2).
 *
 * @example
 * ```ts
 * const delay = exponential({ initialMs: 100, maxMs: 1_000 });
 * [1, 2, 3, 4, 5].map(delay); // => [100, 200, 400, 800, 1000]
 * ```
 */
export function exponential(
  o: { readonly initialMs?: number; readonly maxMs?: number; readonly multiplier?: number } = {},
): BackoffCurve {
  const { initialMs = 100, multiplier = 2 } = o;
  const { maxMs = Math.max(30_000, initialMs) } = o;
  requireInRange('exponential', { least: 1 }, { multiplier });
  return boundedCurve(
    'exponential',
    'initialMs',
    initialMs,
    maxMs,
    (attempt) => initialMs * multiplier ** (attempt - 1),
  );
}
