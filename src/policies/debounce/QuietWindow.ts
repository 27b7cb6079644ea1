/** A quiet of this many `maxMs` forgets all that was learned. */
const forgetAfterWindows = 10;
/** A value that comes less than this many windows after a flush regrets it. */
const regretWithinWindows = 3;
/** On regret the floor grows at least by this factor, */
const regretFactor = 2;
/** and at least to the gap that split the burst, times this factor. */
const gapFactor = 1.25;
/** After a burst without regret the floor shrinks by this factor. */
const calmFactor = 0.75;
/** Up to this pressure the window is `minMs`: one isolated value, or two. */
const calmPressure = 2;

/** The bounds of a window, checked: `minMs` is at most `maxMs`. */
export interface QuietWindowOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** From the first held value to the flush, in ms; `Infinity` for no limit. */
  readonly maxWaitMs: number;
}

/** What a value did to the window: opened it, pushed its end back, or opened it too soon after a flush. */
export type Arrival = 'opened' | 'extended' | 'regretted';

/**
 * Decides when a burst is over: the quiet window, and what it learns from the values that pass.
 *
 * - *Pressure* is about the number of recent values: p ← p · 2^(−gap / maxMs) + 1. The window is minMs · (p / 2)^¼, so 32 quick
 *   values double it. With a larger exponent every `git checkout` waits `maxMs`, and not one flush is saved.
 * - *Regret*: a value less than three windows after a flush shows that the flush came too soon. The floor of the window doubles,
 *   and is at least 1.25 times the gap that split the burst, so the next burst of that kind stays whole. A burst without regret
 *   lowers the floor by a quarter. (The gaps within a burst cannot teach this: a longer gap has already split it.)
 * - A quiet of 10 · maxMs resets both.
 *
 * Time comes in as arguments, from any clock. When the clock steps back, the window moves with it.
 *
 * @source measured: bench/debounce-traces
 */
export class QuietWindow {
  /** The shortest window that regret allows now, in ms. */
  floorMs: number;
  /** Values held since the last flush. */
  count = 0;
  /** Whether a burst is under way: from its first value until quiet. */
  isOpen = false;
  /** Time of the newest value. */
  lastAtMs = -Infinity;
  /** Time of the first held value. */
  heldSinceMs = -Infinity;

  /** The window that the caller chose in place of the learned one. */
  #chosenMs: number | undefined;
  /** The pressure when it was last weighed, and how many of the held values it includes. The others count as 1 each. */
  #pressure = 0;
  #weighedCount = 0;
  /** The last flush, and whether it can be regretted: only one that ended in quiet can. */
  #flushedAtMs = -Infinity;
  #isRegrettable = false;
  readonly #options: QuietWindowOptions;
  /** Whether the window adapts: it cannot where `maxMs` is `minMs`. */
  readonly #learns: boolean;
  /** What the window grows in multiples of: `minMs`, or 1, so that a window of 0 can grow. */
  readonly #unitMs: number;
  /** The pressure at which the window is `maxMs`. It is not counted further, so that calm is not far. */
  readonly #mostPressure: number;

  constructor(options: QuietWindowOptions) {
    const { minMs, maxMs } = options;
    this.#options = options;
    this.#learns = maxMs > minMs;
    this.#unitMs = Math.max(minMs, 1);
    this.#mostPressure = calmPressure * ((maxMs - minMs) / this.#unitMs + 1) ** 4;
    this.floorMs = minMs;
  }

  /** How busy the source is: about the number of values in the last `maxMs`, 1 for an isolated one. */
  get pressure(): number {
    return Math.min(this.#pressure + this.count - this.#weighedCount, this.#mostPressure);
  }

  /** The window now, in ms, from `minMs` to `maxMs`. */
  get windowMs(): number {
    if (this.#chosenMs !== undefined) return this.#chosenMs;
    if (!this.#learns) return this.#options.minMs;
    const factor = Math.sqrt(Math.sqrt(Math.max(this.pressure / calmPressure, 1)));
    const pressedMs = this.#options.minMs + this.#unitMs * (factor - 1);
    return this.#within(Math.round(Math.max(this.floorMs, pressedMs)));
  }

  /** Counts a value. Most values of a storm share a millisecond, and those cost no more than an increment. */
  arrive(nowMs: number): Arrival {
    if (nowMs < this.lastAtMs) this.stepBack(nowMs, this.lastAtMs);
    const gapMs = nowMs - this.lastAtMs;
    const arrival = this.isOpen ? 'extended' : this.#open(gapMs, nowMs);
    if (gapMs > 0) {
      this.lastAtMs = nowMs;
      if (this.#learns) this.#weigh(2 ** (-gapMs / this.#options.maxMs));
    }
    if (this.count++ === 0) this.heldSinceMs = nowMs;
    return arrival;
  }

  /** How long until the held values are due, or, when none is held, until the burst is over, in ms. */
  remainingMs(nowMs: number): number {
    const quietAtMs = this.lastAtMs + this.windowMs;
    return this.count === 0
      ? quietAtMs - nowMs
      : Math.min(quietAtMs, this.heldSinceMs + this.#options.maxWaitMs) - nowMs;
  }

  /** Whether no value came for a whole window. */
  isQuiet(nowMs: number): boolean {
    return nowMs - this.lastAtMs >= this.windowMs;
  }

  /** The held values have been emitted. Only a flush that ended in quiet can be regretted: every other one was ordered. */
  flush(nowMs: number, endedInQuiet: boolean): void {
    this.#weigh(1);
    this.count = this.#weighedCount = 0;
    this.#flushedAtMs = nowMs;
    this.#isRegrettable = endedInQuiet;
  }

  /** Uses this window instead of the learned one, cut to the bounds. */
  choose(windowMs: number): void {
    this.#chosenMs = this.#within(windowMs);
  }

  /** The clock shows `nowMs` when it should show at least `expectedMs`: the times of the window move with it. */
  stepBack(nowMs: number, expectedMs: number): void {
    const byMs = expectedMs - nowMs;
    this.lastAtMs -= byMs;
    this.heldSinceMs -= byMs;
  }

  #open(gapMs: number, nowMs: number): Arrival {
    const { minMs, maxMs } = this.#options;
    this.isOpen = true;
    if (!this.#learns) {
      this.#pressure = 0;
      return 'opened';
    }
    const sinceFlushMs = nowMs - this.#flushedAtMs;
    const isRegret =
      this.#isRegrettable &&
      sinceFlushMs >= 0 && // else the clock has stepped back, and the time since the flush is unknown
      sinceFlushMs < regretWithinWindows * this.windowMs;
    if (gapMs >= forgetAfterWindows * maxMs) {
      this.floorMs = minMs;
      this.#pressure = 0;
    } else if (isRegret) {
      const wantedMs = Math.max(this.floorMs * regretFactor, gapMs * gapFactor, 1);
      this.floorMs = this.#within(Math.round(wantedMs));
    } else if (this.#isRegrettable) {
      this.floorMs = this.#within(Math.floor(this.floorMs * calmFactor));
    }
    return isRegret ? 'regretted' : 'opened';
  }

  /** Adds the values since the last time to the pressure, and keeps only the ratio `kept` of it. */
  #weigh(kept: number): void {
    this.#pressure = this.pressure * kept;
    this.#weighedCount = this.count;
  }

  #within(ms: number): number {
    return Math.min(Math.max(ms, this.#options.minMs), this.#options.maxMs);
  }
}
