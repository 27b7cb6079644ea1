import type { DurationSummary } from './addDuration.js';
import type { ReloadError } from './ReloadError.js';
import type { BreakerStateName } from './ReloadEvent.js';

/** What became of changes. At quiet, `changeCount` is the sum of the others. */
export interface ChangeCounts {
  readonly changeCount: number;
  /** Changes that serve now, or served: `Reloaded`, and `Loaded` after a change. */
  readonly committedCount: number;
  /** Changes that were given up; the version before served on. */
  readonly failedCount: number;
  readonly supersededCount: number;
  readonly unchangedCount: number;
  readonly removedCount: number;
}

export interface PluginHealth extends ChangeCounts {
  /** Attempts at a reload that failed, given up or tried again. */
  readonly failedAttemptCount: number;
  /** Of committed and failed changes, the share that was committed: 0 to 1; null before the first. */
  readonly successRatio: number | null;
  readonly breaker: BreakerStateName;
  /** The version that answers calls; null when none does. */
  readonly serving: number | null;
  /** The newest failure; null once a later change is committed. */
  readonly lastError: { readonly error: ReloadError; readonly atMs: number } | null;
  /** A reload is under way. */
  readonly isReloading: boolean;
}

/** How a pipeline has been doing, told from its events. JSON-safe. */
export interface ReloadHealth extends ChangeCounts {
  readonly failedAttemptCount: number;
  readonly retryCount: number;
  readonly rolledBackCount: number;
  /** Of committed and failed changes, the share that was committed: 0 to 1; null before the first. */
  readonly successRatio: number | null;
  /** 1 − `successRatio`. */
  readonly failureRatio: number | null;
  /** Whole reloads, all stages together. */
  readonly reload: DurationSummary | null;
  readonly stages: Readonly<Record<string, DurationSummary>>;
  /** By name. One that was removed is no longer here. */
  readonly plugins: Readonly<Record<string, PluginHealth>>;
  /** What the source last said that is wrong with it; null while it is well. */
  readonly watchError: { readonly code: string; readonly message: string } | null;
  /** Scheduler time of the last event; null before the first. */
  readonly atMs: number | null;
}
