import { Subscription, type SchedulerAction, type SchedulerLike } from 'rxjs';

/** A timer of Node holds no more; one that is longer fires after 1 ms, and so does it here. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;
const FEWEST_TO_COMPACT = 256;

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

interface Entry {
  readonly action: { run(): void };
  readonly dueMs: number;
  readonly order: number;
  isLive: boolean;
}

/** Scheduled by one part of a program, so that what it leaves behind can be told apart. */
export interface VirtualView extends SchedulerLike {
  /** Actions that wait for their time. */
  readonly pendingCount: number;
}

/**
 * A scheduler in virtual time for long runs: nothing happens until it is told to run, equal times run in the order in
 * which they were scheduled, and what is cancelled costs nothing. RxJS's `VirtualTimeScheduler` sorts all that waits at
 * each action, and cannot set its clock.
 *
 * Timers go by the time that passes (`elapsedMs`), `now()` by a wall clock that somebody may set (`shiftClock`), as on a
 * real machine.
 *
 * @example
 * ```ts
 * const time = new VirtualTime();
 * const seen: number[] = [];
 * timer(1_000, time).subscribe(() => seen.push(time.elapsedMs));
 * time.flush(); // => 1
 *
 * seen; // => [1000]
 * ```
 *
 * @source measured: bench/simulator/figures.md
 */
export class VirtualTime implements VirtualView {
  readonly #heap: Entry[] = [];
  #elapsedMs: number;
  #offsetMs = 0;
  #order = 0;
  #liveCount = 0;

  constructor(startMs = 0) {
    this.#elapsedMs = startMs;
  }

  /** Milliseconds that have passed; never set back. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  get pendingCount(): number {
    return this.#liveCount;
  }

  /** When the next action is due, in elapsed milliseconds; Infinity when none waits. */
  get nextDueMs(): number {
    return this.#next()?.dueMs ?? Infinity;
  }

  /** What a wall clock shows. */
  now(): number {
    return this.#elapsedMs + this.#offsetMs;
  }

  /** Sets the wall clock by so much, in milliseconds; timers do not notice. */
  shiftClock(byMs: number): void {
    this.#offsetMs += byMs;
  }

  schedule<T>(work: Work<T>, delayMs = 0, state?: T): Subscription {
    return new VirtualAction(this, work).schedule(state, delayMs);
  }

  /** A scheduler on the same time that counts what is scheduled through it. */
  view(): VirtualView {
    const countOf = { pending: 0 };
    return {
      now: () => this.now(),
      schedule: <T>(work: Work<T>, delayMs = 0, state?: T) =>
        new VirtualAction(this, work, countOf).schedule(state, delayMs),
      get pendingCount() {
        return countOf.pending;
      },
    };
  }

  /** Lets time pass without running anything, up to the next action at most. */
  advanceTo(atMs: number): void {
    this.#elapsedMs = Math.max(this.#elapsedMs, Math.min(atMs, this.nextDueMs));
  }

  /** Moves to the next action's time and runs it. False when none waits. */
  runNext(): boolean {
    const entry = this.#next();
    if (entry === undefined) return false;
    this.#pop();
    this.#elapsedMs = Math.max(this.#elapsedMs, entry.dueMs);
    entry.action.run();
    return true;
  }

  /** Runs what is due until nothing waits, or `maxCount` actions have run; answers how many. */
  flush(maxCount = Infinity): number {
    let count = 0;
    while (count < maxCount && this.runNext()) count += 1;
    return count;
  }

  /** For actions: puts one in line. */
  add(action: Entry['action'], delayMs: number): Entry {
    const waitMs = delayMs > LONGEST_DELAY_MS ? 1 : Math.max(0, delayMs) || 0; // NaN waits for nothing
    const order = this.#order++;
    const entry: Entry = { action, dueMs: this.#elapsedMs + waitMs, order, isLive: true };
    this.#liveCount += 1;
    this.#push(entry);
    return entry;
  }

  /** For actions: takes one out of line. */
  drop(entry: Entry): void {
    entry.isLive = false;
    this.#liveCount -= 1;
    const { length } = this.#heap;
    if (length > FEWEST_TO_COMPACT && this.#liveCount * 2 < length) this.#compact();
  }

  #next(): Entry | undefined {
    for (let top = this.#heap[0]; top !== undefined; top = this.#heap[0]) {
      if (top.isLive) return top;
      this.#pop();
    }
    return undefined;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const above = heap[up];
      if (above === undefined || isBefore(above, entry)) break;
      heap[at] = above;
      at = up;
    }
    heap[at] = entry;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let down = 2 * at + 1;
      let below = heap[down];
      const right = heap[down + 1];
      if (below !== undefined && right !== undefined && isBefore(right, below)) {
        below = right;
        down += 1;
      }
      if (below === undefined || isBefore(last, below)) break;
      heap[at] = below;
      at = down;
    }
    heap[at] = last;
  }

  #compact(): void {
    const live = this.#heap.filter(({ isLive }) => isLive);
    this.#heap.length = 0;
    for (const entry of live) this.#push(entry);
  }
}

function isBefore(left: Entry, right: Entry): boolean {
  return left.dueMs < right.dueMs || (left.dueMs === right.dueMs && left.order < right.order);
}

class VirtualAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #time: VirtualTime;
  readonly #work: Work<T>;
  readonly #countOf: { pending: number } | undefined;
  #entry: Entry | undefined;
  #state: T | undefined;

  constructor(time: VirtualTime, work: Work<T>, countOf?: { pending: number }) {
    super(() => this.#cancel());
    this.#time = time;
    this.#work = work;
    this.#countOf = countOf;
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#cancel();
    this.#state = state;
    this.#entry = this.#time.add(this, delayMs);
    if (this.#countOf) this.#countOf.pending += 1;
    return this;
  }

  run(): void {
    this.#cancel();
    this.#work(this.#state);
  }

  #cancel(): void {
    if (this.#entry === undefined) return;
    this.#time.drop(this.#entry);
    this.#entry = undefined;
    if (this.#countOf) this.#countOf.pending -= 1;
  }
}
