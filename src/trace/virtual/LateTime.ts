import type { SchedulerAction, SchedulerLike } from 'rxjs';
import type { TimerEntry } from './TimerHeap.js';
import { VirtualTime } from './VirtualTime.js';

/**
 * Virtual time whose timers are late, as those of a busy machine are. What is scheduled with `exact` is not: it stands for what came from
 * outside, after any time.
 */
export class LateTime extends VirtualTime {
  #isExact = false;

  /**
   * @param startMs - Time that has passed at the beginning, in milliseconds.
   * @param latenessAt - How late a timer is that is due at this time.
   */
  constructor(
    startMs: number,
    private readonly latenessAt: (dueMs: number) => number,
  ) {
    super(startMs);
  }

  /** The same time, for what is not late. A delay may be longer than that of a timer. */
  readonly exact: SchedulerLike = {
    now: () => this.now(),
    schedule: <T>(
      work: (this: SchedulerAction<T>, state?: T) => void,
      delayMs?: number,
      state?: T,
    ) => {
      this.#isExact = true;
      const action = this.schedule(work, delayMs, state);
      this.#isExact = false;
      return action;
    },
  };

  override add(action: TimerEntry['action'], delayMs: number): TimerEntry {
    if (this.#isExact) return this.wait(action, Math.max(0, delayMs));
    return super.add(action, delayMs + this.latenessAt(this.elapsedMs + delayMs));
  }
}
