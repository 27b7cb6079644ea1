import type { Observable, SchedulerLike } from 'rxjs';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../../model/reload/ReloadTarget.js';
import type { StateStore } from '../../../model/reload/StateStore.js';
import type { ModuleCompiler } from '../../../modules/buildGraph.js';
import type { HotReloadOptions } from '../../../pipeline/options/HotReloadOptions.js';
import type { Hint } from '../../../sources/backends/WatchBackend.js';
import type { StateFiles } from '../../../state/disk/StateFiles.js';
import type { VirtualTime } from '../../../trace/virtual/VirtualTime.js';
import type { StateDisk } from '../disks/StateDisk.js';

/** What a planted bug can reach of its host. */
export interface BuggyHost {
  readonly time: VirtualTime;
  readonly disk: StateDisk;
  readonly plugins: readonly string[];
}

/**
 * A defect that is put into a host on purpose, as wrappers around its ports and options. The code under test has no
 * branch for it.
 */
export interface PlantedBug {
  /** Changes a hint of the watch backend; undefined drops it. */
  readonly hint?: (hint: Hint, host: BuggyHost) => Hint | undefined;
  /** The source never scans on its own, and nothing is looked at after an attempt: it sees only what hints name. */
  readonly hasNoFullScan?: boolean;
  readonly source?: (source$: Observable<WatchEvent>, host: BuggyHost) => Observable<WatchEvent>;
  readonly target?: (target: ReloadTarget, host: BuggyHost) => ReloadTarget;
  readonly store?: (store: StateStore, host: BuggyHost) => StateStore;
  readonly files?: (files: StateFiles, host: BuggyHost) => StateFiles;
  readonly compiler?: (compiler: ModuleCompiler) => ModuleCompiler;
  readonly options?: (options: HotReloadOptions, host: BuggyHost) => HotReloadOptions;
  /** Takes the place of `hotReload`. */
  readonly pipeline?: (
    ports: HotReloadOptions & { readonly scheduler: SchedulerLike; readonly random: () => number },
  ) => Observable<ReloadEvent>;
  readonly events?: (events$: Observable<ReloadEvent>, host: BuggyHost) => Observable<ReloadEvent>;
}
