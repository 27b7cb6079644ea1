import { requireInRange } from '../policies/ranges.js';
import type { CircuitBreaker } from './breaker/CircuitBreaker.js';
import type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';
import { createCircuitBreaker } from './createCircuitBreaker.js';

/**
 * One breaker per key, made on first use.
 *
 * For dependencies that fail independently: one broken plugin must not stop the others. For a single dependency, use
 * `createCircuitBreaker`.
 *
 * ```marble
 * consecutive(1)
 * attempts of a    -x
 * for(a).state$    co
 * for(b).state$    c-
 * ```
 *
 * Contract:
 * - Holds: at most `maxCount` breakers; more only while they are not closed. Beyond `maxCount`, the closed breaker that
 *   was least recently asked for is dropped, with its counts. A breaker that is not closed is never dropped, because
 *   the attempts that it refuses would be admitted again.
 *
 * @param config - The options of each breaker, see `CircuitBreakerConfig`, and `maxCount`. A breaker is named after its key, with
 *   `name` and a colon before it if `name` is given.
 *
 * @example
 * ```ts
 * const family = breakers({ trip: consecutive(3) });
 * family.for('greeter') === family.for('greeter'); // => true
 * ```
 */
export function breakers(
  config: CircuitBreakerConfig & {
    /** How many breakers are kept: whole, at least 1; anything else throws a RangeError. Default 1,000. */
    readonly maxCount?: number;
  } = {},
): {
  /** The breaker of `key`: always the same one, as long as it is kept. */
  for(key: string): CircuitBreaker;
} {
  const { maxCount = 1_000, name, ...rest } = config;
  requireInRange('breakers', { least: 1, isWhole: true }, { maxCount });
  createCircuitBreaker(rest); // so that options out of range throw here, not at the first key
  const nameOf = (key: string) => (name === undefined ? key : `${name}:${key}`);
  const members = new Map<string, CircuitBreaker>(); // in the order in which they were asked for

  return {
    for(key) {
      const newest = members.get(key) ?? createCircuitBreaker({ ...rest, name: nameOf(key) });
      members.delete(key);
      members.set(key, newest);
      for (const [oldest, member] of members) {
        if (members.size <= maxCount) break;
        if (member.state === 'closed' && member !== newest) members.delete(oldest);
      }
      return newest;
    },
  };
}
