import type { SchedulerLike } from 'rxjs';
import { isWaiting } from '../../model/reload/isContentFailure.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../model/reload/ReloadEvent.js';

/** A pipeline that ends no attempt in this time tells nothing about the version. */
const WITHIN_MS = 120_000;

/** Failures of code that ran. */
const FAILURES_OF_CODE: ReadonlySet<string> = new Set([
  ...['EvaluationFailed', 'LifecycleFailed', 'HealthCheckFailed', 'Crashed'],
]);

/** How the switch to a version ended. `unknown`: nobody said, so it says nothing about the version. */
export type Outcome = 'served' | 'unknown' | ReloadError;

/** The end of a switch, which the pipeline tells by an event with the fingerprint of the version. */
export class AwaitedOutcome {
  readonly #scheduler: SchedulerLike;
  /** The switch under way; undefined when there is none. */
  #open: { readonly fingerprint: string; readonly end: (outcome: Outcome) => void } | undefined;

  constructor(scheduler: SchedulerLike) {
    this.#scheduler = scheduler;
  }

  /** Of the version that is awaited; undefined when none is. */
  get fingerprint(): string | undefined {
    return this.#open?.fingerprint;
  }

  of(fingerprint: string): Promise<Outcome> {
    return new Promise((resolve) => {
      const limit = this.#scheduler.schedule(() => this.end('unknown'), WITHIN_MS);
      const end = (outcome: Outcome): void => {
        limit.unsubscribe();
        this.#open = undefined;
        resolve(outcome);
      };
      this.#open = { fingerprint, end };
    });
  }

  end(outcome: Outcome): void {
    this.#open?.end(outcome);
  }
}

/**
 * Whether a failure says that the version is refused. What is busy may do better at the next attempt. Code that fails on a host is not given
 * more tries: the fleet waits for its answer.
 */
export function isVerdict({
  error,
  willRetry,
}: Pick<Extract<ReloadEvent, { readonly _tag: 'ReloadFailed' }>, 'error' | 'willRetry'>): boolean {
  // None says anything about the version: it will be attempted, cannot be any more, or waits for another plugin that is about to serve.
  if (error._tag === 'CircuitOpen' || error._tag === 'Aborted' || isWaiting(error)) return false;
  return !willRetry || FAILURES_OF_CODE.has(error._tag);
}
