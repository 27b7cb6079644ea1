import { requireInRange } from './requireInRange.js';

/** Throws when a share of something is not above 0 and at most 1. */
export function requireRatio(owner: string, option: string, value: number): void {
  requireInRange(owner, option, value, { least: 0, most: 1 });
  if (value === 0) throw new RangeError(`${owner}: ${option} (0) is not more than 0`);
}
