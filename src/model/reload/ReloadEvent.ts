import type { ReloadError } from './ReloadError.js';

/**
 * `closed`: reloads are admitted. `open`: reloads are refused. `half-open`: a probe decides whether the breaker closes
 * or opens again.
 */
export type BreakerStateName = 'closed' | 'open' | 'half-open';

/** The fields that every event has. JSON-safe. */
interface Stamp {
  /** Version of the format. */
  readonly v: 1;
  /** Strictly increasing index within one stream, from 0. */
  readonly i: number;
  /** Scheduler time in milliseconds. */
  readonly atMs: number;
  /** The plugin's name; empty for events of the source, and for a failure that no plugin can be named for. */
  readonly plugin: string;
}

/**
 * What happened, without its stamp. Versions are whole numbers from 1. A plugin's state is never in an event, only its size
 * and hash.
 */
export type ReloadFact =
  /** A plugin serves for the first time, or again after a time in which no version served. */
  | {
      readonly _tag: 'Loaded';
      /** The version that serves now. */
      readonly version: number;
    }
  /** Files of a plugin have changed, and a reload is due. */
  | {
      readonly _tag: 'ChangeDetected';
      /** The paths of the net change, relative to the root; both paths of a rename. */
      readonly paths: readonly string[];
      /** The debounce window that ended with this change, in milliseconds. */
      readonly windowMs: number;
    }
  /** An attempt at a reload begins. */
  | {
      readonly _tag: 'ReloadStarted';
      /** Counts the attempts at this change, from 1. */
      readonly attempt: number;
    }
  /**
   * `StateSaved`: the state of the version that serves is durable. `StateRestored`: a version received a saved state.
   */
  | {
      readonly _tag: 'StateSaved' | 'StateRestored';
      /** Size of the state as JSON, in UTF-8. */
      readonly bytes: number;
      /** SHA-256 of the state as JSON, in hexadecimal digits. */
      readonly sha256: string;
    }
  /** A new version serves in place of another one. */
  | {
      readonly _tag: 'Reloaded';
      /** The version that served before. */
      readonly from: number;
      /** The version that serves now. */
      readonly to: number;
      /** Duration of each stage in milliseconds, by stage name. */
      readonly stageMs: Readonly<Record<string, number>>;
    }
  /** An attempt failed. */
  | {
      readonly _tag: 'ReloadFailed';
      readonly error: ReloadError;
      /** The version that answers calls now; null when none does. */
      readonly stillServing: number | null;
      /** False: this change is not attempted again. The next save will be. */
      readonly willRetry: boolean;
    }
  /** A retry is scheduled after a delay. */
  | {
      readonly _tag: 'RetryScheduled';
      /** Counts the retries of this change, from 1. */
      readonly attempt: number;
      /** The delay before the retry, in milliseconds. */
      readonly delayMs: number;
      /**
       * What it waits for. `backoff`: the delay after a failure. `circuitOpen`: the breaker admits no attempt before. `probeGap`:
       * the same, but the change is probed as soon as the probe before it is long enough ago. Absent in logs of older versions.
       */
      readonly why?: 'backoff' | 'circuitOpen' | 'probeGap';
    }
  /** The plugin's breaker changed its state. */
  | {
      readonly _tag: 'BreakerChanged';
      readonly from: BreakerStateName;
      readonly to: BreakerStateName;
      /** Why, for the person at the terminal. */
      readonly reason: string;
      /**
       * Scheduler time at which an open breaker lets a probe pass, in milliseconds; null when the breaker is not open,
       * or when time alone will not change its state.
       */
      readonly retryAtMs: number | null;
    }
  /** Something was skipped. */
  | {
      readonly _tag: 'ReloadSkipped';
      /** What, and why, for the person at the terminal. */
      readonly reason: string;
    }
  /**
   * `Superseded`: a newer change replaced a waiting one. `Unchanged`: the files are the same as those of the version
   * that serves. `Removed`: the plugin's folder is gone, and the plugin was unloaded.
   */
  | { readonly _tag: 'Superseded' | 'Unchanged' | 'Removed' }
  /** An earlier version serves again. */
  | {
      readonly _tag: 'RolledBack';
      /** The version that was rolled back. */
      readonly from: number;
      /** The version that serves now. */
      readonly to: number;
      /** Why, for the person at the terminal. */
      readonly reason: string;
    }
  /**
   * State that was acknowledged stays behind: the version that serves now could not take it over, or an order chose an older one. Saved
   * records of it are not removed by this.
   */
  | {
      readonly _tag: 'StateLost';
      /** The version that served before; 0 when none did, at a start. */
      readonly from: number;
      /** The version that serves now, or is about to. */
      readonly to: number;
      /** What stays behind, and why, for the person at the terminal. */
      readonly reason: string;
    }
  /** A plugin was started again from the code that it already had. */
  | {
      readonly _tag: 'Restarted';
      /** The version that serves now. */
      readonly version: number;
    }
  /** `WatchFailed`: changes of some or all paths are not seen. `WatchRecovered`: they are seen again. */
  | {
      readonly _tag: 'WatchFailed' | 'WatchRecovered';
      /** The system's code, such as `ENOSPC`, or one of hotpipe's own, such as `SOURCE_FAILED`. */
      readonly code: string;
      /** For the person at the terminal: what happened, and what to do. */
      readonly message: string;
    };

/** What happened to which plugin, before a stream gives it an index and a time. */
export type UnstampedEvent = ReloadFact & Pick<Stamp, 'plugin'>;

/** One thing that happened in a pipeline. One stream of these feeds the terminal, the audit log, metrics and tests. */
export type ReloadEvent = Stamp & ReloadFact;
