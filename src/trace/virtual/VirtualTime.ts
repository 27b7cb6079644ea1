import { type SchedulerAction, type SchedulerLike, Subscription } from 'rxjs';
import { type TimerEntry, TimerHeap } from './TimerHeap.js';

/**
 * The longest delay that a timer of Node takes, in milliseconds. A longer one fires after 1 ms, here as in Node.
 *
 * @source https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
 */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

type Work<T> = (this: SchedulerAction<T>, state?: T) => void;

/** A scheduler on a `VirtualTime` that counts its own actions: it shows which part of a program left some behind. */
export interface VirtualView extends SchedulerLike {
  /** Actions that were scheduled through this view and wait for their time; 0 when none do. */
  readonly pendingCount: number;
  /** Time that has passed, in milliseconds; it never goes back. */
  readonly elapsedMs: number;
}

/**
 * A scheduler in virtual time for long runs: nothing runs until it is told to, actions of the same time run in the order
 * in which they were scheduled, and a cancelled action costs nothing. RxJS's `VirtualTimeScheduler` sorts all waiting
 * actions at each one, and its clock cannot be set.
 *
 * Timers go by the time that has passed (`elapsedMs`), `now()` by a wall clock that may be set (`shiftClock`), as on a real
 * machine.
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
  readonly #timers = new TimerHeap();
  #elapsedMs: number;
  /** How far the wall clock is ahead of the time that has passed. */
  #clockOffsetMs = 0;

  /**
   * @param startMs - Time that has passed at the beginning, in milliseconds. Default 0.
   */
  constructor(startMs = 0) {
    this.#elapsedMs = startMs;
  }

  /** Time that has passed, in milliseconds; it never goes back. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** Actions that wait for their time, of all views. */
  get pendingCount(): number {
    return this.#timers.liveCount;
  }

  /** When the next action is due, in milliseconds of `elapsedMs`; Infinity when none waits. */
  get nextDueMs(): number {
    return this.#timers.peek()?.dueMs ?? Infinity;
  }

  /** What the wall clock shows, in milliseconds. */
  now(): number {
    return this.#elapsedMs + this.#clockOffsetMs;
  }

  /** Sets the wall clock forward, or back when `byMs` is negative. Timers are not affected. */
  shiftClock(byMs: number): void {
    this.#clockOffsetMs += byMs;
  }

  /** Schedules `work` after `delayMs` of virtual time; unsubscribing cancels it. */
  schedule<T>(work: Work<T>, delayMs = 0, state?: T): Subscription {
    return new VirtualAction(this, work).schedule(state, delayMs);
  }

  /** A scheduler on the same time that counts what is scheduled through it. */
  view(): VirtualView {
    const counter = { pendingCount: 0 };
    const elapsedMs = () => this.#elapsedMs;
    return {
      get elapsedMs() {
        return elapsedMs();
      },
      now: () => this.now(),
      schedule: <T>(work: Work<T>, delayMs = 0, state?: T) =>
        new VirtualAction(this, work, counter).schedule(state, delayMs),
      get pendingCount() {
        return counter.pendingCount;
      },
    };
  }

  /** Lets time pass without running anything, no further than to the next action. */
  advanceTo(atMs: number): void {
    this.#elapsedMs = Math.max(this.#elapsedMs, Math.min(atMs, this.nextDueMs));
  }

  /** Lets time pass to the next action and runs it. False when none waits. */
  runNext(): boolean {
    const entry = this.#timers.peek();
    if (entry === undefined) return false;
    this.#elapsedMs = Math.max(this.#elapsedMs, entry.dueMs);
    entry.action.run();
    return true;
  }

  /** Runs actions until none waits, or until `maxCount` have run; returns how many did. */
  flush(maxCount = Infinity): number {
    let count = 0;
    while (count < maxCount && this.runNext()) count += 1;
    return count;
  }

  /** For actions: waits for `delayMs` to pass. NaN and negative delays count as 0. */
  add(action: TimerEntry['action'], delayMs: number): TimerEntry {
    const waitMs = delayMs > LONGEST_DELAY_MS ? 1 : Math.max(0, delayMs) || 0;
    return this.wait(action, waitMs);
  }

  /** For subclasses: the same for what no timer of Node waits for, so that it may take as long as it likes. */
  protected wait(action: TimerEntry['action'], waitMs: number): TimerEntry {
    return this.#timers.add(action, this.#elapsedMs + waitMs);
  }

  /** For actions: cancels the wait. */
  drop(entry: TimerEntry): void {
    this.#timers.drop(entry);
  }
}

class VirtualAction<T> extends Subscription implements SchedulerAction<T> {
  readonly #time: VirtualTime;
  readonly #work: Work<T>;
  readonly #counter: { pendingCount: number } | undefined;
  /** Its place among the timers; undefined while it does not wait. */
  #entry: TimerEntry | undefined;
  #state: T | undefined;

  constructor(time: VirtualTime, work: Work<T>, counter?: { pendingCount: number }) {
    super(() => this.#cancel());
    this.#time = time;
    this.#work = work;
    this.#counter = counter;
  }

  schedule(state?: T, delayMs = 0): Subscription {
    if (this.closed) return this;
    this.#cancel();
    this.#state = state;
    this.#entry = this.#time.add(this, delayMs);
    if (this.#counter) this.#counter.pendingCount += 1;
    return this;
  }

  /** Called when its time has come. */
  run(): void {
    this.#cancel();
    this.#work(this.#state);
  }

  #cancel(): void {
    if (this.#entry === undefined) return;
    this.#time.drop(this.#entry);
    this.#entry = undefined;
    if (this.#counter) this.#counter.pendingCount -= 1;
  }
}
