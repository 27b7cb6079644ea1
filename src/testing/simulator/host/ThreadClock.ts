import type { TimerScheduler } from '../../../runtime/instances/createContext.js';
import type { VirtualTime } from '../../../trace/virtual/VirtualTime.js';

/** The event loop of a simulated thread: nothing runs while the thread is busy, and nothing after its end. */
export class ThreadClock {
  readonly #time: VirtualTime;
  /** Cancels each action that waits for its time. */
  readonly #waiting = new Set<() => void>();
  #busyUntilMs = 0;
  #isOver = false;

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  /** The timers of `ctx`, and of the code of plugins. */
  readonly timers: TimerScheduler = {
    schedule: (work, delayMs) => {
      const again = { cancel: this.after(delayMs, () => run()) };
      const run = () => work.call(action);
      const action = {
        schedule: (_: undefined, nextMs: number) => {
          again.cancel = this.after(nextMs, run);
        },
      };
      return { unsubscribe: () => again.cancel() };
    },
  };

  /** Runs `work` after `ms`, or when the thread is free again. Returns a function that cancels it. */
  after(ms: number, work: () => void): () => void {
    if (this.#isOver) return () => undefined;
    const timer = this.#time.schedule(() => {
      this.#waiting.delete(cancel);
      const busyMs = this.#busyUntilMs - this.#time.elapsedMs;
      // A thread that is never free again keeps no timer of the host's time.
      if (busyMs > 0 && busyMs < Infinity) this.after(busyMs, work);
      else if (busyMs <= 0) work();
    }, ms);
    const cancel = () => {
      this.#waiting.delete(cancel);
      timer.unsubscribe();
    };
    this.#waiting.add(cancel);
    return cancel;
  }

  /** Runs `work` every `ms`, to the end of the thread. */
  every(ms: number, work: () => void): void {
    this.after(ms, () => {
      work();
      this.every(ms, work);
    });
  }

  /** From now on the thread is busy for so long, without a pause. */
  keepBusy(forMs: number): void {
    this.#busyUntilMs = Math.max(this.#busyUntilMs, this.#time.elapsedMs + forMs);
  }

  /** Nothing runs any more. */
  stop(): void {
    this.#isOver = true;
    for (const cancel of this.#waiting) cancel();
  }
}
