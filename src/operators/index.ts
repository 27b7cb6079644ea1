export type { BreakerStateName } from '../model/reload/ReloadEvent.js';
export type { BackoffCurve, BackoffPolicy } from '../policies/backoff/BackoffCurve.js';
export { constant } from '../policies/backoff/constant.js';
export { exponential } from '../policies/backoff/exponential.js';
export { fibonacci } from '../policies/backoff/fibonacci.js';
export { type Jitter } from '../policies/backoff/jitterDelay.js';
export { linear } from '../policies/backoff/linear.js';
export { type BreakerTransition } from '../policies/breaker/BreakerTransition.js';
export { CircuitOpenError } from '../policies/breaker/CircuitOpenError.js';
export { consecutive } from '../policies/breaker/consecutive.js';
export { failureRate } from '../policies/breaker/failureRate.js';
export { type TripPolicy } from '../policies/breaker/TripPolicy.js';
export { type RetryBudget, retryBudget } from '../policies/retry/retryBudget.js';
export { type BackoffRetryConfig, backoffRetry } from './backoffRetry.js';
export { breakers } from './breakers.js';
export { circuitBreak } from './circuitBreak.js';
export { type CircuitBreakMapConfig, circuitBreakMap } from './circuitBreakMap.js';
export { coalesceMap } from './coalesceMap.js';
export {
  type CircuitBreaker,
  type CircuitBreakerConfig,
  createCircuitBreaker,
} from './createCircuitBreaker.js';
export {
  type DebounceAdaptiveConfig,
  type DebounceEvent,
  type DebounceReduceConfig,
  type DebounceView,
  debounceAdaptive,
  type PendingWindow,
} from './debounceAdaptive.js';
export { type DistinctContentOptions, distinctContent } from './distinctContent.js';
export { type PerKeyOptions, perKey } from './perKey.js';
