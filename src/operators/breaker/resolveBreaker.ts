import type { CircuitBreaker } from './CircuitBreaker.js';
import type { CircuitBreakerConfig } from './CircuitBreakerConfig.js';
import { StreamBreaker } from './StreamBreaker.js';

/** The breaker that was given, or one made of the options that were. */
export function resolveBreaker(
  owner: string,
  breaker: CircuitBreaker | CircuitBreakerConfig,
): StreamBreaker {
  if (breaker instanceof StreamBreaker) return breaker;
  if ('state$' in breaker) {
    throw new TypeError(`${owner}: this breaker was not made by createCircuitBreaker or breakers`);
  }
  return new StreamBreaker(breaker);
}
