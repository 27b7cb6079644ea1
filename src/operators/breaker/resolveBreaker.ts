import type { CircuitBreaker } from './CircuitBreaker.js';
import type { CircuitBreakerConfig } from './CircuitBreakerConfig.js';
import { streamBreaker, type StreamBreaker } from './streamBreaker.js';

/** The breaker that was given, or one made of the options that were. */
export function resolveBreaker(
  owner: string,
  breaker: CircuitBreaker | CircuitBreakerConfig,
): StreamBreaker {
  if (!('state$' in breaker)) return streamBreaker(breaker);
  if (isOurs(breaker)) return breaker;
  throw new TypeError(`${owner}: this breaker was not made by createCircuitBreaker or breakers`);
}

function isOurs(breaker: CircuitBreaker): breaker is StreamBreaker {
  return 'guard' in breaker;
}
