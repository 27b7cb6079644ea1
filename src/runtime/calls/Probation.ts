import type { SchedulerLike, Subscription } from 'rxjs';
import { isInstance, messageOf } from '../../model/unknownValue.js';
import { breakerRules } from '../../policies/breaker/breakerRules.js';
import type { OutcomeCounter, TripPolicy } from '../../policies/breaker/TripPolicy.js';
import { steadyClock } from '../../policies/steadyClock.js';
import type { CallOutcomes } from './CallGate.js';
import { PluginCallError } from './PluginCallError.js';

/** How long a new version is watched, and how many failures are too many. */
export interface ProbationRules {
  /** From COMMIT, in milliseconds, at least 1. */
  readonly forMs: number;
  /**
   * When the failures are too many: `consecutive` or `failureRate`, of all calls together or of those of one function. Rejected calls are
   * failures. Throws in timers and listeners, and deaths of the worker, are failures that belong to no function.
   */
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
 * Counts how the calls of a new version end, for a limited time: all of them together, so that a version whose every function fails is
 * found soon, and those of each function by themselves, so that the successes of other functions do not hide one that always fails.
 *
 * States:
 * - counting: failures count. It lasts until `fail` or `end`, also while the health is checked after `forMs`.
 * - over: nothing counts any more, and nothing is reported.
 */
export class Probation implements CallOutcomes {
  #state: 'counting' | 'over' = 'counting';
  /** Of all outcomes, those without a function included. */
  readonly #all: Tally;
  /** By name of the function, from its first call on. Only functions that the plugin offers are called, so their number is limited. */
  readonly #byFunction = new Map<string, Tally>();
  readonly #createTally: () => Tally;
  /** The end of `forMs`. */
  readonly #timer: Subscription;

  constructor(
    readonly plugin: string,
    { trip, forMs }: ProbationRules,
    scheduler: SchedulerLike,
    readonly ends: ProbationEnds,
  ) {
    const nowMs = () => scheduler.now();
    const elapsedMs = steadyClock(nowMs);
    this.#createTally = () => new Tally(breakerRules({ trip }, nowMs).failures, elapsedMs);
    this.#all = this.#createTally();
    this.#timer = scheduler.schedule(() => {
      if (this.#state === 'counting') ends.lasted();
    }, forMs);
  }

  get isOver(): boolean {
    return this.#state === 'over';
  }

  succeeded(fn: string): void {
    this.#count(undefined, fn);
  }

  /**
   * A call of `fn` was rejected; without `fn`, a timer or listener threw, or the worker died. A death counts once, not once per call that
   * it ends.
   */
  failed(error: unknown, fn?: string): void {
    if (!this.#isOfDeadWorker(error)) this.#count(messageOf(error), fn);
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

  /** @param failure - Message of the failure; undefined for a success. */
  #count(failure: string | undefined, fn: string | undefined): void {
    if (this.#state === 'over') return;
    const ofAll = this.#all.record(failure);
    const ofFunction = fn === undefined ? undefined : this.#tallyOf(fn).record(failure);
    if (ofAll !== undefined) this.fail(ofAll);
    else if (ofFunction !== undefined) this.fail(`${fn}(): ${ofFunction}`);
  }

  #tallyOf(fn: string): Tally {
    const known = this.#byFunction.get(fn);
    if (known !== undefined) return known;
    const tally = this.#createTally();
    this.#byFunction.set(fn, tally);
    return tally;
  }

  #isOfDeadWorker(error: unknown): boolean {
    const isOfCall = isInstance(error, PluginCallError) && error._tag === 'Crashed';
    return isOfCall && error.plugin === this.plugin;
  }
}

/** Outcomes that are counted together, with the last failure among them. */
class Tally {
  #lastFailure = '';

  constructor(
    readonly counter: OutcomeCounter,
    /** Time that never runs backwards. */
    readonly elapsedMs: () => number,
  ) {}

  /** Returns why there are too many failures; undefined while there are not. A success may complete the count that a rate needs. */
  record(failure: string | undefined): string | undefined {
    const { counter, elapsedMs } = this;
    if (failure !== undefined) this.#lastFailure = failure;
    const isTripped = counter.record(failure !== undefined, counter.isTimed ? elapsedMs() : 0);
    return isTripped
      ? `${counter.describe('failure')}, the last one: ${this.#lastFailure}`
      : undefined;
  }
}
