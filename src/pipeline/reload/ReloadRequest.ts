import type { Change } from '../../model/reload/Change.js';
import type { ReloadCause } from '../../model/reload/ReloadEvent.js';

/** What a plugin is to be reloaded for. */
export interface ReloadRequest {
  readonly change: Change;
  /** The numbers of the changes that end with it; empty when no change caused it. */
  readonly changes: readonly number[];
  /** What its first attempt is started for. */
  readonly cause: ReloadCause;
}
