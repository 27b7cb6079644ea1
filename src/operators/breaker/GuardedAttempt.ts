import type { Verdict } from '../../policies/breaker/Breaker.js';
import { ChainLink, type Downstream } from '../chain/ChainLink.js';
import type { Guard } from './streamBreaker.js';

/**
 * One attempt with a permit: passes on what the source emits, and records exactly one verdict with the breaker.
 *
 * - *Timely*: no verdict yet, and not slow.
 * - *Slow*: no verdict yet, and past `slow.afterMs`, which has been recorded.
 * - *Judged*: the verdict is recorded. Later values of the source are still passed on, but the breaker ignores them.
 */
export class GuardedAttempt<T> extends ChainLink<T> {
  #progress: 'timely' | 'slow' | 'judged' = 'timely';
  /** Unsubscribing after a value counts as a success; unsubscribing before any value proves nothing. */
  #hasValue = false;

  constructor(
    downstream: Downstream<T>,
    private readonly guard: Guard,
    private readonly permit: number,
  ) {
    super(downstream);
    const { machine, rules } = guard;
    const { name, probeTimeoutMs, slowAfterMs } = rules;
    if (probeTimeoutMs < Infinity && machine.isProbe(permit)) {
      this.#after(probeTimeoutMs, () =>
        this.#judge('failure', new Error(`${name}: a probe took longer than ${probeTimeoutMs} ms`)),
      );
    }
    if (slowAfterMs < Infinity) {
      this.#after(slowAfterMs, () => {
        if (this.#progress === 'judged') return;
        this.#progress = 'slow';
        machine.recordSlowness(permit, true);
      });
    }
  }

  next(value: T): void {
    if (this.state !== 'live') return;
    this.#hasValue = true;
    this.downstream.next(value);
    if (this.downstream.closed) this.unsubscribe();
  }

  error(error: unknown): void {
    this.#end(true, error);
  }

  complete(): void {
    this.#end(false, undefined);
  }

  override unsubscribe(): void {
    this.#judge(this.#hasValue ? 'success' : 'ignore');
    super.unsubscribe();
  }

  #judge(verdict: Verdict, error?: unknown): void {
    const { machine } = this.guard;
    const { permit } = this;
    const progress = this.#progress;
    if (progress === 'judged') return;
    this.#progress = 'judged';
    if (progress === 'timely' && verdict !== 'ignore') machine.recordSlowness(permit, false);
    machine.record(permit, verdict, error);
  }

  /** Records the verdict before it passes the end on, so that the reader finds the breaker in its new state. */
  #end(isError: boolean, error: unknown): void {
    if (this.state !== 'live') return;
    const { downstream } = this;
    if (!downstream.closed) {
      this.state = 'stopped';
      const { classify } = this.guard;
      try {
        if (classify === undefined) this.#judge(isError ? 'failure' : 'success', error);
        else this.#judge(classify(isError ? { error } : { completed: true }), error);
        if (isError) downstream.error(error);
        else downstream.complete();
      } catch (thrown) {
        // `classify` threw, so there is no verdict: the permit goes back, and the reader gets the thrown error.
        this.#judge('ignore');
        downstream.error(thrown);
      }
    }
    this.unsubscribe();
  }

  #after(ms: number, work: () => void): void {
    this.add(this.guard.scheduler.schedule(work, ms));
  }
}
