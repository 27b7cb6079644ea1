import type { Either } from 'fp-ts/lib/Either.js';
import type { Observable, SchedulerLike } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { VersionTrials } from '../../model/reload/VersionTrials.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import type { FirstLoad } from '../options/HotReloadOptions.js';

/** Options of `provisionalVersions`. */
export interface ProvisionalVersionsOptions {
  /** A version that has served this long, in milliseconds, has proven itself. From 0 (`RangeError` otherwise). Default 5,000. */
  readonly confirmAfterMs?: number;
  /**
   * A plugin without a proven version is not started after this many crashes of the host in a row during its trial. A
   * whole number from 1 (`RangeError` otherwise). Default 3.
   */
  readonly maxCrashes?: number;
  /** Times `confirmAfterMs`. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Called with each failure to read or write the ledger; the plugin still runs. Default: failures are ignored. */
  readonly onError?: (error: ReloadError) => void;
  /** Where plugins' files are read from. Default: the disk. */
  readonly files?: PluginFiles;
}

export interface ProvisionalVersions extends VersionTrials {
  /**
   * For `PluginRuntime`'s option `files`: the disk, and during the first load the files of proven versions to roll back
   * to.
   */
  readonly files: PluginFiles;
  proven: NonNullable<VersionTrials['proven']>;
  /**
   * Wraps the first load: proven versions load in place of suspect ones. Each suspect that was replaced is emitted as a
   * Left, right after its plugin.
   */
  load(
    loads$: Observable<Either<ReloadError, FirstLoad>>,
  ): Observable<Either<ReloadError, FirstLoad>>;
  /** Call it when the host shuts down normally: versions on trial then do not become suspects. Closes the store. */
  close(): Promise<void>;
}
