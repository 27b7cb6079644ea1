import { requireInRange } from '../policies/ranges.js';
import type { CircuitBreaker } from './breaker/CircuitBreaker.js';
import type { CircuitBreakerConfig } from './breaker/CircuitBreakerConfig.js';
import { createCircuitBreaker } from './createCircuitBreaker.js';

/**
 * A breaker for each key, made on first use.
 *
 * For things that fail apart: one broken plugin must not stop the others. For one thing, `createCircuitBreaker`.
 *
 * ```marble
 * consecutive(1)
 * attempts of a    -x
 * for(a).state$    co
 * for(b).state$    c-
 * ```
 *
 * Contract:
 * - Holds: at most `maxCount` breakers and those that are not closed. Past it the closed one that was asked for longest ago
 *   is forgotten, with what it had counted. One that is not closed never is: that would let through what it holds back.
 *
 * @param config - For every member; each is named by its key, after `name` and a colon if that is given. `maxCount`: whole,
 *   at least 1, default 1,000.
 *
 * @example
 * ```ts
 * const family = breakers({ trip: consecutive(3) });
 * family.for('greeter') === family.for('greeter'); // => true
 * ```
 */
export function breakers(config: CircuitBreakerConfig & { readonly maxCount?: number } = {}): {
  for(key: string): CircuitBreaker;
} {
  const { maxCount = 1_000, name, ...rest } = config;
  requireInRange('breakers', { least: 1, isWhole: true }, { maxCount });
  createCircuitBreaker(rest); // options that cannot work throw here, not at the first key
  const nameOf = (key: string) => (name === undefined ? key : `${name}:${key}`);
  const members = new Map<string, CircuitBreaker>(); // in order of use, oldest first

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
