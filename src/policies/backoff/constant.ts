import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';

/**
 * The same wait every time. For polling. For something that is overloaded, use a curve that grows.
 *
 * @param ms - The wait, in ms: at least 0, cut to 2^31 - 1; anything else throws a RangeError. 0 retries at once, without a timer.
 *
 * @example
 * ```ts
 * [1, 2, 3].map(constant(250)); // => [250, 250, 250]
 * ```
 */
export function constant(ms: number): BackoffCurve {
  return boundedCurve('constant', 'ms', ms, ms, () => ms);
}
