import type { RunReport } from '../../observe/RunReport.js';
import type { Setup } from '../../setup/Setup.js';

/** The data that every check of invariants needs. */
export interface CheckContext {
  readonly setup: Setup;
  readonly report: RunReport;
  /** Time that has passed, in milliseconds; not the wall clock, which may be set. */
  readonly nowMs: () => number;
  /** The version of a plugin that serves at this moment; 0: none. */
  readonly servingOf: (plugin: string) => number;
}
