/** Settled options: every bound is there, in range, and in order. */
export interface QuietWindowOptions {
  readonly minMs: number;
  readonly maxMs: number;
  /** First held value to flush, in milliseconds; `Infinity` for no bound. */
  readonly maxWaitMs: number;
}

/** What a value did to the window: opened it, pushed its end back, or opened it too soon after a flush. */
export type Arrival = 'opened' | 'extended' | 'regretted';

/** A quiet of this many `maxMs` forgets all that was learned. */
const forgetAfterWindows = 10;
/** A value less than this many windows after a flush regrets it. */
const regretWithinWindows = 3;
/** On regret the floor grows at least by this factor, */
const regretFactor = 2;
/** and at least to the gap that split the burst, with so much to spare. */
const gapFactor = 1.25;
/** After a burst without regret the floor shrinks by this factor. */
const calmFactor = 0.75;
/** Up to this pressure the window is `minMs`: an isolated value, or its twin. */
const calmPressure = 2;

/**
 * When a burst is over: the quiet window, and what it learns from the values that pass.
 *
 * - *Pressure*: p ← p · 2^(−gap / maxMs) + 1, about the number of recent values. The window is minMs · (p / 2)^¼, so
 *   that 32 quick values double it. With a steeper root every `git checkout` waits `maxMs`, for no flush fewer.
 * - *Regret*: a value less than three windows after a flush shows that the flush came too soon. The floor doubles, and
 *   is at least 1.25 of the gap that split the burst: the next burst of that kind stays whole. A burst without regret
 *   takes a quarter off. (The gaps within a burst cannot teach this: a longer one has already split it.)
 * - A quiet of 10 · maxMs forgets both.
 *
 * Time comes in as arguments, from any clock. A clock that steps back takes the window with it.
 *
 * @source measured: bench/debounce-traces
 */
export class QuietWindow {
  /** The least window that regret allows now, in milliseconds. */
  floorMs: number;
  /** Values held since the last flush. */
  count = 0;
  /** From the first value of a burst until quiet. */
  isOpen = false;
  /** Time of the newest value. */
  lastAtMs = -Infinity;
  /** Time of the first held value. */
  heldSinceMs = -Infinity;

  #chosenMs: number | undefined;
  #pressure = 0; // without the values that came since it was last weighed
  #weighedCount = 0; // so many of `count` are in it
  #flushedAtMs = -Infinity;
  #isRegrettable = false;
  readonly #options: QuietWindowOptions;
  readonly #learns: boolean;
  readonly #unitMs: number;
  readonly #mostPressure: number;

  constructor(options: QuietWindowOptions) {
    const { minMs, maxMs } = options;
    this.#options = options;
    this.#learns = maxMs > minMs;
    this.#unitMs = Math.max(minMs, 1); // a window of 0 must be able to grow
    this.#mostPressure = calmPressure * ((maxMs - minMs) / this.#unitMs + 1) ** 4;
    this.floorMs = minMs;
  }

  /** How busy the source is: about the number of values in the last `maxMs`, 1 for an isolated one. */
  get pressure(): number {
    return Math.min(this.#pressure + this.count - this.#weighedCount, this.#mostPressure);
  }

  /** The window now, in milliseconds, from `minMs` to `maxMs`. */
  get windowMs(): number {
    if (this.#chosenMs !== undefined) return this.#chosenMs;
    if (!this.#learns) return this.#options.minMs;
    const factor = Math.sqrt(Math.sqrt(Math.max(this.pressure / calmPressure, 1)));
    const pressedMs = this.#options.minMs + this.#unitMs * (factor - 1);
    return this.#within(Math.round(Math.max(this.floorMs, pressedMs)));
  }

  /** Takes a value in. Most values of a storm share a millisecond, and cost no more than being counted. */
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

  /** Milliseconds until the held values are due, or until the window closes when none is held. */
  remainingMs(nowMs: number): number {
    const quietAtMs = this.lastAtMs + this.windowMs;
    return this.count === 0
      ? quietAtMs - nowMs
      : Math.min(quietAtMs, this.heldSinceMs + this.#options.maxWaitMs) - nowMs;
  }

  /** No value came for a whole window. */
  isQuiet(nowMs: number): boolean {
    return nowMs - this.lastAtMs >= this.windowMs;
  }

  /** The held values are gone. Only a window that ended in quiet can be regretted: any other end was ordered. */
  flush(nowMs: number, endedInQuiet: boolean): void {
    this.#weigh(1);
    this.count = this.#weighedCount = 0;
    this.#flushedAtMs = nowMs;
    this.#isRegrettable = endedInQuiet;
  }

  /** Takes another window than the learned one, within the bounds. */
  choose(windowMs: number): void {
    this.#chosenMs = this.#within(windowMs);
  }

  /** The clock shows `nowMs` where it should show at least `expectedMs`: the marks of the window move with it. */
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
      sinceFlushMs >= 0 && // else the clock has stepped back, and nothing is known
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

  /** Puts the values since the last time into the pressure, of which `kept` (a ratio) remains. */
  #weigh(kept: number): void {
    this.#pressure = this.pressure * kept;
    this.#weighedCount = this.count;
  }

  #within(ms: number): number {
    return Math.min(Math.max(ms, this.#options.minMs), this.#options.maxMs);
  }
}
