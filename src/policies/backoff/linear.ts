import { requireInRange } from '../ranges.js';
import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';

/**
 * Waits that grow by the same amount: `linear({ initialMs: 1000, incrementMs: 1000 })` is 1, 2, 3 seconds. For a fault that ends
 * after a known time, which a doubling wait would overshoot.
 *
 * @param o - See the fields. A value out of range throws a RangeError.
 *
 * @example
 * ```ts
 * [1, 2, 3].map(linear({ initialMs: 1_000, incrementMs: 500 })); // => [1000, 1500, 2000]
 * ```
 */
export function linear(o: {
  /** The first wait, in ms: at least 0. */
  readonly initialMs: number;
  /** The difference between one wait and the next, in ms: at least 0. */
  readonly incrementMs: number;
  /** The longest wait, in ms: at least `initialMs`. Default 2^31 - 1. */
  readonly maxMs?: number;
}): BackoffCurve {
  const { initialMs, incrementMs, maxMs = Infinity } = o;
  requireInRange('linear', { least: 0 }, { incrementMs });
  return boundedCurve(
    'linear',
    'initialMs',
    initialMs,
    maxMs,
    (attempt) => initialMs + incrementMs * (attempt - 1),
  );
}
