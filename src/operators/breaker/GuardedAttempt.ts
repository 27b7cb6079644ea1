import type { Verdict } from '../../policies/breakerMachine.js';
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
    this.startTimers();
  }

  next(value: T): void {
    if (this.isStopped) return;
    this.hasValue = true;
    this.downstream.next(value);
    if (this.downstream.closed) this.unsubscribe();
  }

  error(error: unknown): void {
    if (this.isStopped) return;
    if (!this.downstream.closed) {
      this.isStopped = true;
      const { classify } = this.guard;
      // The verdict first: who hears of the failure finds the breaker as it is after it.
      if (classify === undefined) this.settle('failure', error);
      else if (!this.judge(() => classify({ error }), error)) return;
      this.downstream.error(error);
    }
    this.unsubscribe();
  }

  complete(): void {
    if (this.isStopped) return;
    if (!this.downstream.closed) {
      this.isStopped = true;
      const { classify } = this.guard;
      if (classify === undefined) this.settle('success');
      else if (!this.judge(() => classify({ completed: true }), undefined)) return;
      this.downstream.complete();
    }
    this.unsubscribe();
  }

  override unsubscribe(): void {
    // A reader that left after a value had what it came for; one that left before proves nothing.
    if (!this.isSettled) this.settle(this.hasValue ? 'success' : 'ignore');
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

  /** False when `classify` threw: the permit goes back, and what it threw is the end of the stream. */
  private judge(classify: () => Verdict, error: unknown): boolean {
    try {
      this.settle(classify(), error);
      return true;
    } catch (thrown) {
      this.settle('ignore');
      this.downstream.error(thrown);
      this.unsubscribe();
      return false;
    }
  }

  private probeTimedOut(): void {
    const { name, probeTimeoutMs } = this.guard.rules;
    this.settle('failure', new Error(`${name}: a probe passed ${probeTimeoutMs} ms`));
  }

  private tookTooLong(): void {
    this.isSlow = true;
    this.guard.machine.timed(this.permit, true);
  }

  private startTimers(): void {
    const { probeTimeoutMs, slowAfterMs } = this.guard.rules;
    if (probeTimeoutMs !== Infinity && this.guard.machine.isProbe(this.permit)) {
      this.after(probeTimeoutMs, () => this.probeTimedOut());
    }
    if (slowAfterMs !== Infinity) this.after(slowAfterMs, () => this.tookTooLong());
  }

  private after(ms: number, work: () => void): void {
    this.add(this.guard.scheduler.schedule(work, ms));
  }
}
