/**
 * An object that an `IdleWatch` watches. The watch stores its own data in these fields, so that `touch` allocates
 * nothing and searches nothing.
 */
export interface Watched<W> {
  /** When it was touched last, on the clock of the watch. */
  sinceMs: number;
  /** Its neighbours in its queue. */
  older: W | undefined;
  newer: W | undefined;
  /** The name of its queue; undefined while it is not watched. */
  activity: Activity | undefined;
}

/**
 * Working: it has received a value and given no result since, so a result may still come. Resting: it has given a
 * result since its last value.
 */
export type Activity = 'resting' | 'working';

/** Ordered by the last touch. All entries of a queue have the same limit, so only the oldest can be due. */
interface Queue<W> {
  oldest: W | undefined;
  newest: W | undefined;
  readonly limitMs: number;
}

/** A touch within this ratio of `idleMs` after the last one does not move the entry to the end of its queue again. */
const grainRatio = 1 / 256;
/** A working entry is idle only after this many times `idleMs`. */
const workingFactor = 10;

/**
 * Finds the entries that have been idle for too long: O(1) per touch, and one timer for all.
 *
 * The watch keeps its own time, which the timer moves on from tick to tick. Between two ticks the time follows the
 * clock, but it never runs backwards and never past the next tick. So when the wall clock jumps, no entry is freed
 * early and none is kept for ever.
 */
export class IdleWatch<W extends Watched<W>> {
  readonly #queues: Record<Activity, Queue<W>>;
  readonly #idleMs: number;
  readonly #grainMs: number;
  /** Time as the watch sees it. */
  #nowMs = 0;
  /** The difference between the watch's time and the clock at the last tick. It compensates jumps of the clock. */
  #clockOffsetMs = 0;
  /** When the next tick is due. The watch's time stops there until `tick` is called. */
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

  /**
   * The delay of the next tick, or undefined when no entry is watched. Call it after each tick, and when no tick is
   * due.
   */
  nextTickMs(clockMs: number): number | undefined {
    this.#follow(clockMs);
    const dueMs = Math.min(dueMsOf(this.#queues.resting), dueMsOf(this.#queues.working));
    if (dueMs === Infinity) {
      this.#tickAtMs = Infinity;
      return undefined;
    }
    // Never longer than idleMs, so that no entry that is touched later can be due before the tick.
    const delayMs = Math.min(Math.max(dueMs - this.#nowMs, 0), this.#idleMs);
    this.#tickAtMs = this.#nowMs + delayMs;
    return delayMs;
  }

  /** Call it when the timer has fired. Stops watching the entries that are due and returns them, longest idle first. */
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
