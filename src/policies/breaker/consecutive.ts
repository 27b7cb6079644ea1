import { requireInRange } from '../ranges.js';
import type { TripPolicy } from './TripPolicy.js';

/**
 * Opens at the n-th failure in a row; one success starts the count again. For few attempts, each of them telling, as
 * reloads are; for many, of which some always fail, `failureRate`.
 *
 * @param failureCount - Whole, at least 1.
 */
export function consecutive(failureCount: number): TripPolicy {
  requireInRange('consecutive', { least: 1, isWhole: true }, { failureCount });
  return { _tag: 'consecutive', failureCount };
}
