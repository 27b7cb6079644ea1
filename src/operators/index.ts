export type { BreakerStateName } from '../model/reload/ReloadEvent.js';
export { backoffRetry, type BackoffRetryConfig } from './backoffRetry.js';
export { breakers } from './breakers.js';
export { circuitBreak } from './circuitBreak.js';
export { circuitBreakMap, type CircuitBreakMapConfig } from './circuitBreakMap.js';
export { coalesceMap } from './coalesceMap.js';
export {
  createCircuitBreaker,
  type CircuitBreaker,
  type CircuitBreakerConfig,
} from './createCircuitBreaker.js';
export {
  debounceAdaptive,
  type DebounceAdaptiveConfig,
  type DebounceEvent,
  type DebounceReduceConfig,
  type DebounceView,
  type PendingWindow,
} from './debounceAdaptive.js';
export { distinctContent, type DistinctContentOptions } from './distinctContent.js';
export { perKey, type PerKeyOptions } from './perKey.js';
export type { BackoffCurve, BackoffPolicy } from '../policies/backoff/BackoffCurve.js';
export { type BreakerTransition } from '../policies/breaker/BreakerTransition.js';
export { CircuitOpenError } from '../policies/breaker/CircuitOpenError.js';
export { consecutive } from '../policies/breaker/consecutive.js';
export { constant } from '../policies/backoff/constant.js';
export { exponential } from '../policies/backoff/exponential.js';
export { failureRate } from '../policies/breaker/failureRate.js';
export { fibonacci } from '../policies/backoff/fibonacci.js';
export { type Jitter } from '../policies/backoff/jitterDelay.js';
export { linear } from '../policies/backoff/linear.js';
export { retryBudget, type RetryBudget } from '../policies/retry/retryBudget.js';
export { type TripPolicy } from '../policies/breaker/TripPolicy.js';
