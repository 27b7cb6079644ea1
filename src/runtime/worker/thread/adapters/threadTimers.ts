import type { TimerScheduler } from '../../../instances/createContext.js';

/** The timers of a worker's thread. Work that asks for the same delay again keeps its beat, as with RxJS's `asyncScheduler`. */
export const threadTimers: TimerScheduler = {
  schedule(work, delayMs) {
    const action = new TimerAction(work, delayMs);
    return { unsubscribe: () => action.end() };
  },
};

type Work = Parameters<TimerScheduler['schedule']>[0];

class TimerAction {
  #timer: NodeJS.Timeout;
  #asked = 0;

  constructor(
    readonly work: Work,
    private everyMs: number,
  ) {
    this.#timer = setInterval(() => this.#run(), everyMs);
  }

  schedule(_: undefined, delayMs: number): void {
    this.#asked += 1;
    if (delayMs === this.everyMs) return;
    this.everyMs = delayMs;
    clearInterval(this.#timer);
    this.#timer = setInterval(() => this.#run(), delayMs);
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #run(): void {
    const before = this.#asked;
    this.work.call(this);
    if (this.#asked === before) this.end();
  }
}
