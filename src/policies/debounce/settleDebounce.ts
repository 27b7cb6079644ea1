import { longestDelayMs, requireInRange } from '../ranges.js';
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

const owner = 'debounceAdaptive';
const maxWaitWindows = 10;

/** Fills in the defaults. Throws a RangeError that names the option and the values. */
export function settleDebounce(bounds: DebounceBounds): SettledDebounce {
  const { minMs, maxMs = minMs, maxCount = Infinity } = bounds;
  const { maxWaitMs = maxMs > minMs ? maxWaitWindows * maxMs : Infinity } = bounds;
  const fromMinMs = { least: minMs, leastOf: 'minMs' };

  requireInRange(owner, { least: 0, most: longestDelayMs }, { minMs });
  requireInRange(owner, { ...fromMinMs, most: longestDelayMs }, { maxMs });
  requireInRange(owner, fromMinMs, { maxWaitMs });
  requireInRange(owner, { least: 1, isWhole: true }, { maxCount });
  return { minMs, maxMs, maxWaitMs, maxCount };
}
