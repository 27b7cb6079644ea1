import type { WindowEnd } from '../../model/reload/ReloadEvent.js';

/** After a quiet time of this many `maxMs`, the window forgets all that it has learned. */
const forgetAfterWindows = 10;
/** A value that comes less than this many windows after a flush is a regret: the flush came too soon. */
const regretWithinWindows = 3;
/** After a regret, the new floor is at least the old floor times this factor. */
const regretFactor = 2;
/** After a regret, the new floor is also at least the gap that split the burst, times this factor. */
const gapFactor = 1.25;
/** After a burst without a regret, the floor is multiplied by this factor. */
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

/** The effect of a value on the window: it opened the window, extended it, or opened it too soon after a flush. */
export type Arrival = 'opened' | 'extended' | 'regretted';

/**
 * Decides when a burst is over: computes the quiet window, and adapts it to the values that arrive.
 *
 * - *Pressure* is about the number of recent values: p ← p · 2^(−gap / maxMs) + 1. The window is minMs · (p / 2)^¼, so
 *   32 quick values double it. With a larger exponent every `git checkout` would wait for `maxMs`, and not one flush
 *   would be saved.
 * - *Regret*: a value less than three windows after a flush shows that the flush came too soon. The floor of the window
 *   doubles, and is at least 1.25 times the gap that split the burst, so the next burst of that kind is not split. A
 *   burst without regret lowers the floor by a quarter. (The gaps within a burst cannot show this, because a longer gap
 *   has already split the burst.)
 * - A quiet time of 10 · maxMs resets both.
 *
 * Time comes in as arguments, from any clock. When the clock steps back, the window moves with it.
 *
 * @source measured: bench/debounce-traces
 */
export class QuietWindow {
  /** Why the last window closed; undefined before the first. Set by whoever flushes. */
  closedBy: WindowEnd | undefined;
  /** The shortest window after the regrets so far, in ms. */
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
  /**
   * The pressure at its last update, and how many of the held values that update included. Each later value counts as
   * 1.
   */
  #pressure = 0;
  #weighedCount = 0;
  /** The last flush, and whether it can be regretted: only one that ended in quiet can. */
  #flushedAtMs = -Infinity;
  #isRegrettable = false;
  readonly #options: QuietWindowOptions;
  /** Whether the window adapts. It cannot adapt when `maxMs` equals `minMs`. */
  readonly #learns: boolean;
  /** The unit in which the window grows: `minMs`, but at least 1, so that a window of 0 can grow. */
  readonly #unitMs: number;
  /**
   * The pressure at which the window is `maxMs`. The pressure is limited to this value, so that it falls quickly when
   * the source becomes quiet.
   */
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

  /**
   * Counts a value. Most values of a storm arrive in the same millisecond, and each of those costs only an increment.
   */
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

  /**
   * Records that the held values leave the window. Only a flush after a quiet window can be regretted: any other flush
   * was requested by the caller or by a limit.
   */
  flush(nowMs: number, endedInQuiet: boolean): void {
    this.#weigh(1);
    this.count = this.#weighedCount = 0;
    this.#flushedAtMs = nowMs;
    this.#isRegrettable = endedInQuiet;
  }

  /** Uses this window instead of the learned one, limited to the bounds. */
  choose(windowMs: number): void {
    this.#chosenMs = this.#within(windowMs);
  }

  /**
   * The clock was set back: it shows `nowMs`, but should show at least `expectedMs`. Moves the times of the window back
   * by the difference.
   */
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

  /** Adds the values since the last update to the pressure, then multiplies it by `kept`. */
  #weigh(kept: number): void {
    this.#pressure = this.pressure * kept;
    this.#weighedCount = this.count;
  }

  #within(ms: number): number {
    return Math.min(Math.max(ms, this.#options.minMs), this.#options.maxMs);
  }
}
