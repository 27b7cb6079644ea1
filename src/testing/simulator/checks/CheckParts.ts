import type { Findings } from '../witness/Findings.js';
import type { Setup } from '../setup/Setup.js';

/** What a check of invariants works with. */
export interface CheckParts {
  readonly setup: Setup;
  readonly findings: Findings;
  /** Of the clock that nobody sets. */
  readonly nowMs: () => number;
  /** The version that serves, 0 for none. */
  readonly servingOf: (plugin: string) => number;
}
