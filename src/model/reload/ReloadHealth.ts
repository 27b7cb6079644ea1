import type { DurationSummary } from './addDuration.js';
import type { ReloadError } from './ReloadError.js';
import type { BreakerStateName } from './ReloadEvent.js';

/** How changes ended. While no change is under way, `changeCount` is the sum of the other counts. */
export interface ChangeCounts {
  /** Changes that were detected. */
  readonly changeCount: number;
  /** Changes whose new version went live: `Reloaded`, and `Loaded` after a change. */
  readonly committedCount: number;
  /** Changes that failed for good: `ReloadFailed` without a retry. The previous version goes on serving. */
  readonly failedCount: number;
  /** Changes that a newer change replaced. */
  readonly supersededCount: number;
  /** Changes that left the files as they were. */
  readonly unchangedCount: number;
  /** Changes that removed the plugin. */
  readonly removedCount: number;
}

export interface PluginHealth extends ChangeCounts {
  /** Attempts that failed, retried or not. */
  readonly failedAttemptCount: number;
  /** Share of committed changes among those committed or failed, from 0 to 1; null before the first. */
  readonly successRatio: number | null;
  /** The state of the plugin's breaker. */
  readonly breaker: BreakerStateName;
  /** The version that answers calls; null when none does. */
  readonly serving: number | null;
  /** The fingerprint of that version's files; null when nothing serves, or when it is not known. */
  readonly fingerprint: string | null;
  /** Whether a `Proven` was told of that version. False where nothing has to be proven. */
  readonly isProven: boolean;
  /** How often acknowledged state stayed behind. */
  readonly stateLostCount: number;
  /** The newest failure; null once a later change is committed. */
  readonly lastError: { readonly error: ReloadError; readonly atMs: number } | null;
  /** A reload is under way. */
  readonly isReloading: boolean;
}

/** The health of a pipeline, computed from its events. JSON-safe. */
export interface ReloadHealth extends ChangeCounts {
  /** Attempts that failed, retried or not. */
  readonly failedAttemptCount: number;
  /** Retries that were scheduled. */
  readonly retryCount: number;
  /** Rollbacks to an earlier version. */
  readonly rolledBackCount: number;
  /** How often acknowledged state stayed behind. */
  readonly stateLostCount: number;
  /** Share of committed changes among those committed or failed, from 0 to 1; null before the first. */
  readonly successRatio: number | null;
  /** 1 − `successRatio`; null before the first. */
  readonly failureRatio: number | null;
  /** Durations of whole reloads, all stages together; null before the first. */
  readonly reload: DurationSummary | null;
  /** Durations of each stage, by stage name. */
  readonly stages: Readonly<Record<string, DurationSummary>>;
  /** By name. A plugin that was removed is left out. */
  readonly plugins: Readonly<Record<string, PluginHealth>>;
  /** The last `WatchFailed`; null while the source works. */
  readonly watchError: { readonly code: string; readonly message: string } | null;
  /** The last `RestartNeeded`: the host runs something that is older than its file. Null before the first. */
  readonly restartNeeded: {
    readonly paths: readonly string[];
    readonly reason: string;
    readonly atMs: number;
  } | null;
  /** Scheduler time of the last event; null before the first. */
  readonly atMs: number | null;
}
