import { longestDelayMs, requireInRange } from '../ranges.js';
import type { QuietWindowOptions } from './QuietWindow.js';

const owner = 'debounceAdaptive';

/** If the window adapts, a value waits at most this many `maxMs` by default. */
const maxWaitWindows = 10;

/** The bounds of `debounceAdaptive` as its caller gave them. */
export interface DebounceBounds {
  readonly minMs: number;
  readonly maxMs?: number | undefined;
  readonly maxWaitMs?: number | undefined;
  readonly maxCount?: number | undefined;
}

/** The bounds of `debounceAdaptive`, checked and with their defaults. */
export interface DebounceRules extends QuietWindowOptions {
  readonly maxCount: number;
}

/** Fills in the defaults. Throws a RangeError that names the option, its value and its bound. */
export function debounceRules(bounds: DebounceBounds): DebounceRules {
  const { minMs, maxMs = minMs, maxCount = Infinity } = bounds;
  const { maxWaitMs = maxMs > minMs ? maxWaitWindows * maxMs : Infinity } = bounds;
  const fromMinMs = { least: minMs, leastOf: 'minMs' };

  requireInRange(owner, { least: 0, most: longestDelayMs }, { minMs });
  requireInRange(owner, { ...fromMinMs, most: longestDelayMs }, { maxMs });
  requireInRange(owner, fromMinMs, { maxWaitMs });
  requireInRange(owner, { least: 1, isWhole: true }, { maxCount });
  return { minMs, maxMs, maxWaitMs, maxCount };
}
