/** Something whose idleness is watched. The watch keeps its own data in it, so that `touch` needs no memory and no search. */
export interface Watched<W> {
  /** When it was touched last, on the clock of the watch. */
  sinceMs: number;
  /** Its neighbours in the queue that it stands in. */
  older: W | undefined;
  newer: W | undefined;
  /** The queue that it stands in; undefined while it is not watched. */
  activity: Activity | undefined;
}

/**
 * Working: it has taken a value and not answered yet, so its answer may be on its way. Resting: it has answered since its last
 * value.
 */
export type Activity = 'resting' | 'working';

/** In order of the last touch: all in one queue have the same limit, so only the oldest can be due. */
interface Queue<W> {
  oldest: W | undefined;
  newest: W | undefined;
  readonly limitMs: number;
}

/** A touch so soon after the last one, as a ratio of `idleMs`, does not move it to the end of its queue again. */
const grainRatio = 1 / 256;
/** What has not answered is given this many times `idleMs`. */
const workingFactor = 10;

/**
 * Finds out who has been idle for too long: O(1) per touch, and one timer for all.
 *
 * Time is what the timer proves. Between two ticks it follows the clock, but it never runs backwards and never past the next
 * tick. So a wall clock that jumps frees nobody early and keeps nobody for ever.
 */
export class IdleWatch<W extends Watched<W>> {
  readonly #queues: Record<Activity, Queue<W>>;
  readonly #idleMs: number;
  readonly #grainMs: number;
  /** Time as the watch sees it. */
  #nowMs = 0;
  /** What the clock lacked at the last tick: a jump of the clock is made up for here. */
  #clockOffsetMs = 0;
  /** When the next tick is due. Time stops there until the tick has come. */
  #tickAtMs = Infinity;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
    this.#grainMs = Math.floor(idleMs * grainRatio);
    this.#queues = {
      resting: { oldest: undefined, newest: undefined, limitMs: idleMs },
      working: { oldest: undefined, newest: undefined, limitMs: idleMs * workingFactor },
    };
  }

  /** `watched` has taken a value (`working`) or given one (`resting`). */
  touch(watched: W, activity: Activity, clockMs: number): void {
    this.#follow(clockMs);
    if (watched.activity === activity && this.#nowMs - watched.sinceMs <= this.#grainMs) return;
    this.forget(watched);
    const queue = this.#queues[activity];
    watched.sinceMs = this.#nowMs;
    watched.activity = activity;
    watched.older = queue.newest;
    if (queue.newest === undefined) queue.oldest = watched;
    else queue.newest.newer = watched;
    queue.newest = watched;
  }

  /** Stops watching it. */
  forget(watched: W): void {
    if (watched.activity === undefined) return;
    const queue = this.#queues[watched.activity];
    if (watched.older === undefined) queue.oldest = watched.newer;
    else watched.older.newer = watched.newer;
    if (watched.newer === undefined) queue.newest = watched.older;
    else watched.newer.older = watched.older;
    watched.older = watched.newer = watched.activity = undefined;
  }

  /** The delay of the next tick, or undefined when nobody is watched. Call it after each tick, and when no tick is due. */
  nextTickMs(clockMs: number): number | undefined {
    this.#follow(clockMs);
    const dueMs = Math.min(dueMsOf(this.#queues.resting), dueMsOf(this.#queues.working));
    if (dueMs === Infinity) {
      this.#tickAtMs = Infinity;
      return undefined;
    }
    // Never longer than idleMs: then nobody who is touched later can be due before the tick.
    const delayMs = Math.min(Math.max(dueMs - this.#nowMs, 0), this.#idleMs);
    this.#tickAtMs = this.#nowMs + delayMs;
    return delayMs;
  }

  /** The timer has fired. Stops watching those who are due, and returns them, longest idle first. */
  tick(clockMs: number): readonly W[] {
    this.#nowMs = this.#tickAtMs;
    this.#clockOffsetMs = this.#tickAtMs - clockMs;
    return [...this.#expire(this.#queues.resting), ...this.#expire(this.#queues.working)];
  }

  *#expire(queue: Queue<W>): Iterable<W> {
    while (queue.oldest !== undefined && dueMsOf(queue) <= this.#nowMs) {
      const { oldest } = queue;
      this.forget(oldest);
      yield oldest;
    }
  }

  #follow(clockMs: number): void {
    const seenMs = clockMs + this.#clockOffsetMs;
    this.#nowMs = Math.max(this.#nowMs, Math.min(seenMs, this.#tickAtMs));
  }
}

function dueMsOf<W extends Watched<W>>(queue: Queue<W>): number {
  return queue.oldest === undefined ? Infinity : queue.oldest.sinceMs + queue.limitMs;
}
