import type { SchedulerLike } from 'rxjs';
import type { BackoffPolicy } from '../../policies/backoff/BackoffCurve.js';
import type { TripPolicy } from '../../policies/breaker/TripPolicy.js';

export interface CircuitBreakerConfig {
  /** Named in errors; default 'circuit'. */
  readonly name?: string;
  /** Default `consecutive(3)`. */
  readonly trip?: TripPolicy;
  /** A number (at least 1) or a curve over the openings since the breaker was last closed; default 60,000. */
  readonly openForMs?: number | BackoffPolicy;
  /** Attempts that half-open admits at a time; whole, at least 1; default 1. */
  readonly probeCount?: number;
  /** A probe that takes longer counts as failed at that moment (at least 1); default none. */
  readonly probeTimeoutMs?: number;
  /** Between two calls of `probeNow` that are granted; at least 0; default 1,000. */
  readonly probeGapMs?: number;
  /** Opens too when `ratio` (above 0, at most 1) of the attempts take longer than `afterMs` (at least 1), also those still under way. */
  readonly slow?: { readonly afterMs: number; readonly ratio: number };
  /** Default: an error is a failure, a completion a success. 'ignore' gives the permit back. */
  readonly classify?: (
    outcome: { readonly error: unknown } | { readonly completed: true },
  ) => 'success' | 'failure' | 'ignore';
  /** 'shadow' refuses nothing, and moves as if it did; default 'enforce'. */
  readonly mode?: 'enforce' | 'shadow';
  readonly scheduler?: SchedulerLike;
}
