import type { Either } from 'fp-ts/lib/Either.js';
import type { Observable } from 'rxjs';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import type { BreakerTransition } from '../../policies/breaker/BreakerTransition.js';

/**
 * A breaker that several streams share: when one of them finds a dependency broken, all of them stop using it. It keeps
 * its state across subscriptions.
 */
export interface CircuitBreaker {
  /** The breaker's name in errors. */
  readonly name: string;
  /** The state now; 'open' while somebody isolates the breaker. */
  readonly state: BreakerStateName;
  /** The state now, and each state after it. */
  readonly state$: Observable<BreakerStateName>;
  /** Each change of state, with its reason. Nothing is replayed. */
  readonly transition$: Observable<BreakerTransition>;
  /** The state as JSON, for `restore`. Isolation is not part of it. */
  snapshot(): unknown;
  /** Takes over the state of a snapshot. Left, and nothing has changed, when `snapshot` is not what `snapshot()` returned. */
  restore(snapshot: unknown): Either<Error, void>;
  /** Closes the breaker, also when it is isolated, and starts its counts over. */
  reset(): void;
  /**
   * Refuses every attempt until the returned function has been called. If `isolate` was called several times, each of
   * the returned functions must have been called.
   */
  isolate(): () => void;
  /**
   * While open: lets the next attempt through at once, or, within `probeGapMs` after the last probe began, at the end of that
   * time. For callers who know that something has changed. Returns whether the next attempt would be admitted now.
   */
  probeNow(): boolean;
}
