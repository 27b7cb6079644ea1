import type { SchedulerLike, Subscription } from 'rxjs';
import { isInstance, messageOf } from '../../model/unknownValue.js';
import type { TripPolicy } from '../../policies/breaker/TripPolicy.js';
import { breakerMachine, type BreakerMachine } from '../../policies/breaker/breakerMachine.js';
import { breakerRules } from '../../policies/breaker/breakerRules.js';
import type { CallOutcomes } from './CallGate.js';
import { PluginCallError } from './PluginCallError.js';

/**
 * Counts how the calls of a new version end, for a limited time. A version that fails too often is failed at once; one that lasts is
 * asked for its health and then trusted. Ends once, whatever still happens.
 */
export class Probation implements CallOutcomes {
  readonly #machine: BreakerMachine;
  readonly #permit: number;
  readonly #timer: Subscription;
  #isOver = false;
  #last = '';

  constructor(
    readonly plugin: string,
    readonly rules: ProbationRules,
    scheduler: SchedulerLike,
    readonly on: { readonly failed: (reason: string) => void; readonly lasted: () => void },
  ) {
    const { trip, forMs } = rules;
    const nowMs = () => scheduler.now();
    this.#machine = breakerMachine(breakerRules({ trip }, nowMs), ({ reason }) =>
      this.fail(`${reason}, the last one: ${this.#last}`),
    );
    this.#permit = this.#machine.admit();
    this.#timer = scheduler.schedule(() => {
      if (!this.#isOver) on.lasted();
    }, forMs);
  }

  get isOver(): boolean {
    return this.#isOver;
  }

  succeeded(): void {
    if (!this.#isOver) this.#machine.record(this.#permit, 'success');
  }

  /** A call that was rejected, a timer or listener that threw, or a worker that died: the calls that it took with it are part of that. */
  failed(error: unknown): void {
    if (this.#isOver || this.#isCrash(error)) return;
    this.#last = messageOf(error);
    this.#machine.record(this.#permit, 'failure', error);
  }

  /** No further count is needed. */
  fail(reason: string): void {
    if (this.#isOver) return;
    this.end();
    this.on.failed(reason);
  }

  end(): void {
    this.#isOver = true;
    this.#timer.unsubscribe();
  }

  #isCrash(error: unknown): boolean {
    const isOfCall = isInstance(error, PluginCallError) && error._tag === 'Crashed';
    return isOfCall && error.plugin === this.plugin;
  }
}

/** How long a new version is watched, and how many failures are too many. */
export interface ProbationRules {
  /** From COMMIT, in milliseconds, at least 1. A `health` of the plugin must answer well at its end too. */
  readonly forMs: number;
  /** What fails a version early: rejected calls, and throws in its timers and listeners, are failures. `consecutive(3)`, `failureRate`. */
  readonly trip: TripPolicy;
}
