import type { Clock } from './Clock.js';

/** What the wall clock shows, and how far it was set back. */
export interface WallTime {
  readonly nowMs: number;
  /** How far it was seen to be set back since the first reading, at most. Always a little above 0: two clocks are not read in one moment. */
  readonly setBackMs: number;
}

/** The wall clock, to which the times of files are compared, beside one that nobody sets. */
export class WallClock {
  readonly #clock: Pick<Clock, 'nowMs' | 'stampMs'>;
  /** The least and the most that the wall clock was seen to be ahead of the other. */
  #leastAheadMs = Infinity;
  #mostAheadMs = -Infinity;

  constructor(clock: Pick<Clock, 'nowMs' | 'stampMs'>) {
    this.#clock = clock;
  }

  read(): WallTime {
    const nowMs = this.#clock.stampMs();
    const aheadMs = nowMs - this.#clock.nowMs();
    this.#leastAheadMs = Math.min(this.#leastAheadMs, aheadMs);
    this.#mostAheadMs = Math.max(this.#mostAheadMs, aheadMs);
    return { nowMs, setBackMs: this.#mostAheadMs - this.#leastAheadMs };
  }
}
