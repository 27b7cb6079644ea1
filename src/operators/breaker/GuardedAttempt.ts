import type { Verdict } from '../../policies/breaker/breakerMachine.js';
import { ChainLink, type Downstream } from '../chain/ChainLink.js';
import type { Guard } from './streamBreaker.js';

/** One attempt with a permit: passes on what the source says, and gives exactly one verdict on it. */
export class GuardedAttempt<T> extends ChainLink<T> {
  private isSettled = false;
  private isSlow = false;
  private hasValue = false;

  constructor(
    downstream: Downstream<T>,
    private readonly guard: Guard,
    private readonly permit: number,
  ) {
    super(downstream);
    const { machine, rules } = guard;
    const { name, probeTimeoutMs, slowAfterMs } = rules;
    if (probeTimeoutMs < Infinity && machine.isProbe(permit)) {
      this.after(probeTimeoutMs, () =>
        this.settle('failure', new Error(`${name}: a probe passed ${probeTimeoutMs} ms`)),
      );
    }
    if (slowAfterMs < Infinity) {
      this.after(slowAfterMs, () => {
        this.isSlow = true;
        machine.timed(permit, true);
      });
    }
  }

  next(value: T): void {
    if (this.isStopped) return;
    this.hasValue = true;
    this.downstream.next(value);
    if (this.downstream.closed) this.unsubscribe();
  }

  error(error: unknown): void {
    this.end(true, error);
  }

  complete(): void {
    this.end(false, undefined);
  }

  override unsubscribe(): void {
    // A reader that left after a value had what it came for; one that left before proves nothing.
    this.settle(this.hasValue ? 'success' : 'ignore');
    super.unsubscribe();
  }

  private settle(verdict: Verdict, error?: unknown): void {
    if (this.isSettled) return;
    this.isSettled = true;
    const { permit } = this;
    const { machine } = this.guard;
    if (!this.isSlow && verdict !== 'ignore') machine.timed(permit, false);
    machine.settle(permit, verdict, error);
  }

  /** The verdict first: who hears of the end finds the breaker as it is after it. */
  private end(isError: boolean, error: unknown): void {
    if (this.isStopped) return;
    const { downstream } = this;
    if (!downstream.closed) {
      this.isStopped = true;
      const { classify } = this.guard;
      try {
        if (classify === undefined) this.settle(isError ? 'failure' : 'success', error);
        else this.settle(classify(isError ? { error } : { completed: true }), error);
        if (isError) downstream.error(error);
        else downstream.complete();
      } catch (thrown) {
        // `classify` has no verdict: the permit goes back, and what it threw is the end of the stream.
        this.settle('ignore');
        downstream.error(thrown);
      }
    }
    this.unsubscribe();
  }

  private after(ms: number, work: () => void): void {
    this.add(this.guard.scheduler.schedule(work, ms));
  }
}
