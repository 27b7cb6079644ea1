import type { SchedulerLike, Subscription } from 'rxjs';
import { isInstance, messageOf } from '../../model/unknownValue.js';
import { type BreakerMachine, breakerMachine } from '../../policies/breaker/breakerMachine.js';
import { breakerRules } from '../../policies/breaker/breakerRules.js';
import type { TripPolicy } from '../../policies/breaker/TripPolicy.js';
import type { CallOutcomes } from './CallGate.js';
import { PluginCallError } from './PluginCallError.js';

/** How long a new version is watched, and how many failures are too many. */
export interface ProbationRules {
  /** From COMMIT, in milliseconds, at least 1. */
  readonly forMs: number;
  /** When the failures are too many: `consecutive` or `failureRate`. Rejected calls, and throws in timers and listeners, are failures. */
  readonly trip: TripPolicy;
}

/** What to call when a probation fails or its time is over. At most one of the two has an effect. */
export interface ProbationEnds {
  /** The version failed too often, or its health is bad. */
  readonly failed: (reason: string) => void;
  /** The time is over. The receiver checks the version's health, and then calls `fail` or `end`. */
  readonly lasted: () => void;
}

/**
 * Counts how the calls of a new version end, for a limited time.
 *
 * States:
 * - counting: failures count. It lasts until `fail` or `end`, also while the health is checked after `forMs`.
 * - over: nothing counts any more, and nothing is reported.
 */
export class Probation implements CallOutcomes {
  #state: 'counting' | 'over' = 'counting';
  /** Decides when the failures are too many: a breaker of which only the opening is used. */
  readonly #machine: BreakerMachine;
  /** The breaker takes outcomes only with a permit. One serves for all calls, since the breaker stays closed until the end. */
  readonly #permit: number;
  /** The end of `forMs`. */
  readonly #timer: Subscription;
  /** Message of the last failure, for the reason of a rollback. */
  #lastFailure = '';

  constructor(
    readonly plugin: string,
    { trip, forMs }: ProbationRules,
    scheduler: SchedulerLike,
    readonly ends: ProbationEnds,
  ) {
    const nowMs = () => scheduler.now();
    this.#machine = breakerMachine(breakerRules({ trip }, nowMs), ({ reason }) =>
      this.fail(`${reason}, the last one: ${this.#lastFailure}`),
    );
    this.#permit = this.#machine.admit();
    this.#timer = scheduler.schedule(() => {
      if (this.#state === 'counting') ends.lasted();
    }, forMs);
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  succeeded(): void {
    if (this.#state === 'counting') this.#machine.record(this.#permit, 'success');
  }

  /** A call was rejected, a timer or listener threw, or the worker died. A death counts once, not once per call that it ends. */
  failed(error: unknown): void {
    if (this.#state === 'over' || this.#isOfDeadWorker(error)) return;
    this.#lastFailure = messageOf(error);
    this.#machine.record(this.#permit, 'failure', error);
  }

  /** Fails the version at once, whatever was counted. */
  fail(reason: string): void {
    if (this.#state === 'over') return;
    this.end();
    this.ends.failed(reason);
  }

  /** The version is trusted, or does not serve any more. */
  end(): void {
    this.#state = 'over';
    this.#timer.unsubscribe();
  }

  #isOfDeadWorker(error: unknown): boolean {
    const isOfCall = isInstance(error, PluginCallError) && error._tag === 'Crashed';
    return isOfCall && error.plugin === this.plugin;
  }
}
