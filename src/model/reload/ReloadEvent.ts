import type { WatchEvent } from '../events/WatchEvent.js';
import type { ReloadError } from './ReloadError.js';

/**
 * `closed`: reloads are admitted. `open`: reloads are refused. `half-open`: a probe decides whether the breaker closes
 * or opens again.
 */
export type BreakerStateName = 'closed' | 'open' | 'half-open';

/**
 * Why a window closed. `quiet`: no event came for its length. `leading`: the first event of a burst, which does not wait. `maxWait`: its
 * first event had waited for `maxWaitMs`. `maxCount`: it held that many events. `flush`: somebody asked for it, or its source ended.
 */
export type WindowEnd = 'quiet' | 'leading' | 'maxWait' | 'maxCount' | 'flush';

/**
 * What an attempt was started for. `change`: files changed. `retry`: the attempt before failed, or a disk failed the first load. `probe`: an
 * open breaker lets one attempt pass. `order`: somebody called for it. `dependency`: a plugin that this one needs changed, or came to serve.
 * `restart`: the version that served has died.
 */
export type ReloadCause = 'change' | 'retry' | 'probe' | 'order' | 'dependency' | 'restart';

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

/** Facts about changes. All are absent in logs of older versions. */
export interface OfChanges {
  /**
   * The numbers of the changes (`ChangeDetected.change`) that this concerns; empty when no change caused it. Each number is in exactly one
   * of the events that end a change.
   */
  readonly changes?: readonly number[];
}

/** Facts about the files of a version. Absent in logs of older versions, and when the files are not known. */
export interface OfFiles {
  /** Equal for equal files, on every machine: a SHA-256 in hexadecimal digits. docs/events.md says which files count. */
  readonly fingerprint?: string;
}

/**
 * What happened, without its stamp. Versions are whole numbers from 1. A plugin's state is never in an event, only its size
 * and hash. Optional fields are absent in logs of older versions.
 */
export type ReloadFact =
  /** A plugin serves for the first time, or again after a time in which no version served. */
  | (OfChanges &
      OfFiles & {
        readonly _tag: 'Loaded';
        /** The version that serves now. */
        readonly version: number;
      })
  /** Files of a plugin have changed, and a reload is due. */
  | {
      readonly _tag: 'ChangeDetected';
      /** The paths of the net change, relative to the root; both paths of a rename. */
      readonly paths: readonly string[];
      /** The debounce window that ended with this change, in milliseconds. */
      readonly windowMs: number;
      /** The number of the change: counts the changes of this plugin in this stream, from 0. */
      readonly change?: number;
      /** How many events became this change, from 1. */
      readonly count?: number;
      /** Scheduler time of the first of these events, in milliseconds. */
      readonly firstAtMs?: number;
      /** Scheduler time of the last of these events, in milliseconds. */
      readonly lastAtMs?: number;
      /** What happened to the paths: each kind once, in the order of the net events. */
      readonly kinds?: readonly WatchEvent['_tag'][];
      /** Why the window closed. */
      readonly closedBy?: WindowEnd;
      /**
       * Time from the end of this plugin's window before to the first of these events, in milliseconds: a save that just missed that window
       * has a small one. Absent for the first change.
       */
      readonly afterFlushMs?: number;
    }
  /** An attempt at a reload begins. */
  | (OfChanges & {
      readonly _tag: 'ReloadStarted';
      /** Counts the attempts at this change, from 1. */
      readonly attempt: number;
      readonly cause?: ReloadCause;
      /** How long the attempt waited for its turn under `concurrency`, in milliseconds. */
      readonly queuedMs?: number;
    })
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
  | (OfChanges &
      OfFiles & {
        readonly _tag: 'Reloaded';
        /** The version that served before. */
        readonly from: number;
        /** The version that serves now. */
        readonly to: number;
        /** Duration of each stage in milliseconds, by stage name. */
        readonly stageMs: Readonly<Record<string, number>>;
      })
  /** An attempt failed. Its fingerprint is that of the files that were tried, as far as they were read. */
  | (OfChanges &
      OfFiles & {
        readonly _tag: 'ReloadFailed';
        readonly error: ReloadError;
        /** The version that answers calls now; null when none does. */
        readonly stillServing: number | null;
        /** False: this change is not attempted again, and ends here. The next save will be attempted. */
        readonly willRetry: boolean;
      })
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
  /** A newer change replaced a waiting one. */
  | (OfChanges & {
      readonly _tag: 'Superseded';
      /** The number of the newer change. Its reload gets what changed here too. */
      readonly by?: number;
    })
  /** There was nothing to load. */
  | (OfChanges & {
      readonly _tag: 'Unchanged';
      /** `sameBytes`: the files are those of the version that serves, or of one that was taken back. `alreadyGone`: of a plugin that is unloaded. */
      readonly reason?: 'sameBytes' | 'alreadyGone';
    })
  /** The plugin's folder is gone, and the plugin was unloaded. */
  | (OfChanges & { readonly _tag: 'Removed' })
  /** An earlier version serves again. Its fingerprint is that of the version that serves now. */
  | (OfFiles & {
      readonly _tag: 'RolledBack';
      /** The version that was rolled back; 0 when it did not serve in this process, because it was taken back before a start. */
      readonly from: number;
      /** The version that serves now. */
      readonly to: number;
      /** Why, for the person at the terminal. */
      readonly reason: string;
    })
  /** A version is trusted from now on: its probation, or its trial after a start, is over. */
  | (OfFiles & {
      readonly _tag: 'Proven';
      /** The version that serves. */
      readonly version: number;
    })
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
  | (OfFiles & {
      readonly _tag: 'Restarted';
      /** The version that serves now. */
      readonly version: number;
      /** Why, for the person at the terminal. */
      readonly reason?: string;
    })
  /** Something changed that no reload can take over, such as a module that plugins share with the host: the host has to be started again. */
  | {
      readonly _tag: 'RestartNeeded';
      /** What changed, relative to the root. */
      readonly paths: readonly string[];
      /** Why, for the person at the terminal. */
      readonly reason: string;
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
