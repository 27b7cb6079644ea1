import type { QuietWindowOptions } from './QuietWindow.js';

/** The bounds of `debounceAdaptive` as its caller gave them. */
export interface DebounceBounds {
  readonly minMs: number;
  readonly maxMs?: number | undefined;
  readonly maxWaitMs?: number | undefined;
  readonly maxCount?: number | undefined;
}

/** The bounds with their defaults, checked. */
export interface SettledDebounce extends QuietWindowOptions {
  readonly maxCount: number;
}

/** The longest timer of Node and of browsers; a longer one fires at once. */
const longestTimerMs = 2 ** 31 - 1;
const maxWaitWindows = 10;

/** Fills in the defaults. Throws a RangeError that names the option and the values. */
export function settleDebounce(bounds: DebounceBounds): SettledDebounce {
  const { minMs, maxMs = minMs, maxCount = Infinity } = bounds;
  const { maxWaitMs = maxMs > minMs ? maxWaitWindows * maxMs : Infinity } = bounds;

  checkTimer('minMs', minMs);
  checkTimer('maxMs', maxMs);
  if (maxMs < minMs) refuse(`maxMs (${maxMs}) is less than minMs (${minMs})`);
  if (typeof maxWaitMs !== 'number' || Number.isNaN(maxWaitMs)) {
    refuse(`maxWaitMs (${String(maxWaitMs)}) is not a number of milliseconds`);
  }
  if (maxWaitMs < minMs) refuse(`maxWaitMs (${maxWaitMs}) is less than minMs (${minMs})`);
  if (maxCount !== Infinity && !(Number.isInteger(maxCount) && maxCount >= 1)) {
    refuse(`maxCount (${maxCount}) is not a whole number of at least 1`);
  }
  return { minMs, maxMs, maxWaitMs, maxCount };
}

function checkTimer(option: string, ms: number): void {
  if (!(Number.isFinite(ms) && ms >= 0 && ms <= longestTimerMs)) {
    refuse(`${option} (${ms}) is not a number of milliseconds from 0 to ${longestTimerMs}`);
  }
}

function refuse(why: string): never {
  throw new RangeError(`debounceAdaptive: ${why}`);
}
