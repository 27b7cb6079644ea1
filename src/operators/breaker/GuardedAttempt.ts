import { Subscription, type Observer, type Subscriber } from 'rxjs';
import type { Verdict } from '../../policies/BreakerMachine.js';
import type { StreamBreaker } from './StreamBreaker.js';

/**
 * One attempt with a permit: gives exactly one verdict on it. RxJS takes what is both an observer and a subscription for a
 * subscriber, so this one is in the chain before the source starts, and a synchronous source stops when its reader does.
 */
export class GuardedAttempt<T> extends Subscription implements Observer<T> {
  readonly #downstream: Subscriber<T>;
  readonly #breaker: StreamBreaker;
  readonly #permit: number;
  #isStopped = false;
  #isSettled = false;
  #isSlow = false;
  #hasValue = false;

  constructor(downstream: Subscriber<T>, breaker: StreamBreaker, permit: number) {
    super();
    this.#downstream = downstream;
    this.#breaker = breaker;
    this.#permit = permit;
    downstream.add(this);
    const { probeTimeoutMs, slowAfterMs } = breaker;
    if (probeTimeoutMs !== Infinity && breaker.machine.isProbe(permit)) {
      this.#after(probeTimeoutMs, () => this.#probeTimedOut());
    }
    if (slowAfterMs !== Infinity) this.#after(slowAfterMs, () => this.#tookTooLong());
  }

  next(value: T): void {
    if (this.#isStopped) return;
    this.#hasValue = true;
    this.#downstream.next(value);
  }

  error(error: unknown): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const { classify } = this.#breaker;
    // The verdict first: who hears of the failure finds the breaker as it is after it.
    if (classify === undefined) this.#settle('failure', error);
    else if (!this.#judge(() => classify({ error }), error)) return;
    this.#downstream.error(error);
    this.unsubscribe();
  }

  complete(): void {
    if (this.#isStopped) return;
    this.#isStopped = true;
    const { classify } = this.#breaker;
    if (classify === undefined) this.#settle('success');
    else if (!this.#judge(() => classify({ completed: true }), undefined)) return;
    this.#downstream.complete();
    this.unsubscribe();
  }

  override unsubscribe(): void {
    if (this.closed) return;
    this.#isStopped = true;
    // A reader that left after a value had what it came for; one that left before proves nothing.
    this.#settle(this.#hasValue ? 'success' : 'ignore');
    super.unsubscribe();
  }

  #settle(verdict: Verdict, error?: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { machine, slowAfterMs } = this.#breaker;
    if (slowAfterMs !== Infinity && !this.#isSlow && verdict !== 'ignore') {
      machine.timed(this.#permit, false);
    }
    machine.settle(this.#permit, verdict, error);
  }

  /** False when `classify` threw: the permit goes back, and what it threw is the end of the stream. */
  #judge(classify: () => Verdict, error: unknown): boolean {
    try {
      this.#settle(classify(), error);
      return true;
    } catch (thrown) {
      this.#settle('ignore');
      this.#downstream.error(thrown);
      this.unsubscribe();
      return false;
    }
  }

  #probeTimedOut(): void {
    const { name, probeTimeoutMs } = this.#breaker;
    this.#settle('failure', new Error(`${name}: a probe passed ${probeTimeoutMs} ms`));
  }

  #tookTooLong(): void {
    this.#isSlow = true;
    this.#breaker.machine.timed(this.#permit, true);
  }

  #after(ms: number, work: () => void): void {
    this.add(this.#breaker.scheduler.schedule(work, ms));
  }
}
