import { longestDelayMs } from './longestDelayMs.js';

/** Brings a wait within what a timer can hold, and to `leastMs` at least. */
export function clampDelay(ms: number, leastMs = 0): number {
  return Math.min(longestDelayMs, Math.max(leastMs, ms));
}
