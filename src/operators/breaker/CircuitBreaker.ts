import type { Either } from 'fp-ts/lib/Either.js';
import type { Observable } from 'rxjs';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import type { BreakerTransition } from '../../policies/breaker/BreakerTransition.js';

/** Shared by everything that should stop when one of them finds it broken: a breaker remembers across subscriptions. */
export interface CircuitBreaker {
  readonly name: string;
  readonly state: BreakerStateName;
  /** The state now, and each one after it. */
  readonly state$: Observable<BreakerStateName>;
  /** Each change of state, with its reason; nothing is replayed. */
  readonly transition$: Observable<BreakerTransition>;
  /** The state as JSON, for `restore`. */
  snapshot(): unknown;
  /** Left, and nothing changed, when `snapshot` is not what `snapshot()` gave. */
  restore(snapshot: unknown): Either<Error, void>;
  /** Closes it by hand, also when isolated. */
  reset(): void;
  /** Refuses every attempt until the returned function, and that of every other holder, was called. */
  isolate(): () => void;
  /**
   * While open: lets the next attempt through at once, at most once in `probeGapMs`, because something changed.
   * Says whether the next attempt would be admitted.
   */
  probeNow(): boolean;
}
