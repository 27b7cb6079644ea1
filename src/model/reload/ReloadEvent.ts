import type { ReloadError } from './ReloadError.js';

export type BreakerStateName = 'closed' | 'open' | 'half-open';

/** What every event carries. JSON-safe. */
interface Stamp {
  /** Version of the format. */
  readonly v: 1;
  /** Strictly increasing index within one stream, from 0. */
  readonly i: number;
  /** Scheduler time in milliseconds. */
  readonly atMs: number;
  /** The plugin's name; empty for events of the source. */
  readonly plugin: string;
}

/** What happened, without its stamp. Paths are relative to the root. Plugin state is never in it, only its size and hash. */
export type ReloadFact =
  | { readonly _tag: 'Loaded'; readonly version: number }
  | {
      readonly _tag: 'ChangeDetected';
      readonly paths: readonly string[];
      readonly windowMs: number;
    }
  | { readonly _tag: 'ReloadStarted'; readonly attempt: number }
  | {
      readonly _tag: 'StateSaved' | 'StateRestored';
      readonly bytes: number;
      readonly sha256: string;
    }
  | {
      readonly _tag: 'Reloaded';
      readonly from: number;
      readonly to: number;
      readonly stageMs: Readonly<Record<string, number>>;
    }
  | {
      readonly _tag: 'ReloadFailed';
      readonly error: ReloadError;
      /** The version that answers calls now; null when none does. */
      readonly stillServing: number | null;
      readonly willRetry: boolean;
    }
  | { readonly _tag: 'RetryScheduled'; readonly attempt: number; readonly delayMs: number }
  | {
      readonly _tag: 'BreakerChanged';
      readonly from: BreakerStateName;
      readonly to: BreakerStateName;
      readonly reason: string;
      readonly retryAtMs: number | null;
    }
  | { readonly _tag: 'ReloadSkipped'; readonly reason: string }
  | { readonly _tag: 'Superseded' | 'Unchanged' | 'Removed' }
  | {
      readonly _tag: 'RolledBack';
      readonly from: number;
      readonly to: number;
      readonly reason: string;
    }
  | { readonly _tag: 'Restarted'; readonly version: number }
  | {
      readonly _tag: 'WatchFailed' | 'WatchRecovered';
      readonly code: string;
      readonly message: string;
    };

/** What happened to which plugin, before a stream gives it an index and a time. */
export type UnstampedEvent = ReloadFact & Pick<Stamp, 'plugin'>;

/** One thing that happened in a pipeline. One stream of these feeds the terminal, the audit log, metrics and tests. */
export type ReloadEvent = Stamp & ReloadFact;
