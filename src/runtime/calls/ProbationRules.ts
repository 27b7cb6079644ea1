import type { TripPolicy } from '../../policies/breaker/TripPolicy.js';

/** How long a new version is watched, and how many failures are too many. */
export interface ProbationRules {
  /** From COMMIT, in milliseconds, at least 1. A `health` of the plugin must answer well at its end too. */
  readonly forMs: number;
  /** What fails a version early: rejected calls, and throws in its timers and listeners, are failures. `consecutive(3)`, `failureRate`. */
  readonly trip: TripPolicy;
}
