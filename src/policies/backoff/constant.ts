import { type BackoffCurve, boundedCurve } from './BackoffCurve.js';

/**
 * The same wait every time. For polling; under load a growing curve is kinder.
 *
 * @param ms - At least 0; past 2^31 - 1 it is cut to that. 0 retries at once, without a timer.
 *
 * @example
 * ```ts
 * [1, 2, 3].map(constant(250)); // => [250, 250, 250]
 * ```
 */
export function constant(ms: number): BackoffCurve {
  return boundedCurve('constant', 'ms', ms, ms, () => ms);
}
