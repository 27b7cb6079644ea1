import { requireInRange } from '../ranges.js';
import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';

/**
 * Waits that multiply: by default 100, 200, 400, 800, 1600 ... up to 30,000 ms. For a fault of unknown duration.
 *
 * @param o - See the fields. A value out of range throws a RangeError.
 *
 * @example
 * ```ts
 * const delay = exponential({ initialMs: 100, maxMs: 1_000 });
 * [1, 2, 3, 4, 5].map(delay); // => [100, 200, 400, 800, 1000]
 * ```
 */
export function exponential(
  o: {
    /** The first wait, in ms: at least 0. Default 100. */
    readonly initialMs?: number;
    /** The longest wait, in ms: at least `initialMs`, cut to 2^31 - 1. Default 30,000, or `initialMs` if that is more. */
    readonly maxMs?: number;
    /** The factor from one wait to the next: at least 1. Default 2. */
    readonly multiplier?: number;
  } = {},
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
