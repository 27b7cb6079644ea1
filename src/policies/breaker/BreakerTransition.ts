import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';

/** One change of a breaker's state. */
export interface BreakerTransition {
  readonly from: BreakerStateName;
  readonly to: BreakerStateName;
  /** For a person: '3 failures in a row'. */
  readonly reason: string;
  /** When an open breaker will admit a probe, in scheduler time, in ms; null when time alone will not change the state. */
  readonly retryAtMs: number | null;
}
