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
export { type BackoffCurve } from '../policies/BackoffCurve.js';
export { type BackoffPolicy } from '../policies/BackoffPolicy.js';
export { type BreakerTransition } from '../policies/BreakerTransition.js';
export { CircuitOpenError } from '../policies/CircuitOpenError.js';
export { consecutive } from '../policies/consecutive.js';
export { constant } from '../policies/constant.js';
export { exponential } from '../policies/exponential.js';
export { failureRate } from '../policies/failureRate.js';
export { fibonacci } from '../policies/fibonacci.js';
export { type Jitter } from '../policies/jitterDelay.js';
export { linear } from '../policies/linear.js';
export { retryBudget, type RetryBudget } from '../policies/retryBudget.js';
export { type TripPolicy } from '../policies/TripPolicy.js';
