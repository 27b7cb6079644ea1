import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';
import { requireInRange } from '../ranges.js';

/**
 * Waits that grow by the same amount: `linear({ initialMs: 1000, incrementMs: 1000 })` is 1, 2, 3 seconds. For a
 * fault that clears in a known time, where doubling would overshoot.
 *
 * @param o - `initialMs` and `incrementMs` (at least 0), `maxMs` (at least `initialMs`, default 2^31 - 1).
 *
 * @example
 * ```ts
 * [1, 2, 3].map(linear({ initialMs: 1_000, incrementMs: 500 })); // => [1000, 1500, 2000]
 * ```
 */
export function linear(o: {
  readonly initialMs: number;
  readonly incrementMs: number;
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
