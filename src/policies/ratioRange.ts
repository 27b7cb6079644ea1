import type { NumberRange } from './ranges.js';

/** A share of attempts: of more than a million, no window knows. */
export const ratioRange: NumberRange = { least: 1e-6, most: 1 };
