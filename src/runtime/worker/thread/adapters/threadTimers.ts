import type { TimerScheduler } from '../../../instances/createContext.js';

/**
 * Timers without RxJS, for a worker's thread. Work that schedules itself again with the same delay keeps its rhythm, as with RxJS's
 * `asyncScheduler`: both use `setInterval`.
 */
export const threadTimers: TimerScheduler = {
  schedule(work, delayMs) {
    const action = new TimerAction(work, delayMs);
    return { unsubscribe: () => action.end() };
  },
};

type Work = Parameters<TimerScheduler['schedule']>[0];

class TimerAction {
  #timer: NodeJS.Timeout;
  /** Number of times that the work has scheduled itself. A run that does not raise it is the last one. */
  #repeatsCount = 0;

  constructor(
    readonly work: Work,
    private everyMs: number,
  ) {
    this.#timer = setInterval(() => this.#run(), everyMs);
  }

  schedule(_: undefined, delayMs: number): void {
    this.#repeatsCount += 1;
    if (delayMs === this.everyMs) return;
    this.everyMs = delayMs;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#run(), delayMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #run(): void {
    const before = this.#repeatsCount;
    this.work.call(this);
    if (this.#repeatsCount === before) this.end();
  }
}
