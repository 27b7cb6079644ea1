import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import type { BreakerSnapshot } from './breakerSnapshot.js';
import type { CircuitOpenError } from './CircuitOpenError.js';

/** How an attempt ended, for the breaker. */
export type Verdict = 'success' | 'failure' | 'ignore';

export interface BreakerMachine {
  /** The state that is shown: 'open' while somebody isolates the breaker. */
  readonly state: () => BreakerStateName;
  /** A permit for one attempt, or -1. In half-open every permit is for a probe. */
  readonly admit: () => number;
  /** Records the verdict on an attempt, once per permit. 'ignore' gives the permit back. */
  readonly record: (permit: number, verdict: Verdict, error?: unknown) => void;
  /**
   * Records whether an attempt was slow: true as soon as it passes the limit, before it ends; false when it ends in
   * time.
   */
  readonly recordSlowness: (permit: number, isSlow: boolean) => void;
  /** Whether `permit` is for a probe, whose time is limited. */
  readonly isProbe: (permit: number) => boolean;
  /** Why there was no permit, and when to ask again. */
  readonly refusal: () => CircuitOpenError;
  /** Lets the next attempt probe if the breaker is open; soon after a failed probe, at the end of `probeGapMs`. True: it may now. */
  readonly probeNow: () => boolean;
  /** Closes the breaker, resets every count and ends all isolations. */
  readonly reset: () => void;
  /**
   * Refuses every attempt until each holder has called the returned function. Then the state that the breaker had
   * before applies again.
   */
  readonly isolate: () => () => void;
  readonly snapshot: () => BreakerSnapshot;
  readonly load: (snapshot: BreakerSnapshot) => void;
}
