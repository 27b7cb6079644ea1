import type { Observable, SchedulerLike } from 'rxjs';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../../model/reload/ReloadTarget.js';
import type { StateStore } from '../../../model/reload/StateStore.js';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';
import type { HotReloadOptions } from '../../../pipeline/options/HotReloadOptions.js';
import type { ModuleCompiler } from '../../../modules/buildGraph.js';
import type { Hint } from '../../../sources/backends/WatchBackend.js';
import type { StateFiles } from '../../../state/disk/StateFiles.js';
import type { StateDisk } from '../disks/StateDisk.js';
import type { VirtualTime } from '../../virtual/VirtualTime.js';

/** What a planted bug can reach of a host. */
export interface PlantedHost {
  readonly time: VirtualTime;
  readonly disk: StateDisk;
  readonly plugins: readonly string[];
}

/** A defect, as wrappers around ports and options: nothing in the code that is tested knows of it. */
export interface Plant {
  readonly hint?: (hint: Hint, host: PlantedHost) => Hint | undefined;
  readonly isBlindWhenIdle?: boolean;
  readonly source?: (source$: Observable<WatchEvent>, host: PlantedHost) => Observable<WatchEvent>;
  readonly target?: (target: ReloadTarget, host: PlantedHost) => ReloadTarget;
  readonly store?: (store: StateStore, host: PlantedHost) => StateStore;
  readonly files?: (files: StateFiles, host: PlantedHost) => StateFiles;
  readonly compiler?: (compiler: ModuleCompiler) => ModuleCompiler;
  readonly options?: (options: HotReloadOptions, host: PlantedHost) => HotReloadOptions;
  /** In the place of `hotReload`. */
  readonly pipeline?: (
    ports: HotReloadOptions & { readonly scheduler: SchedulerLike; readonly random: () => number },
  ) => Observable<ReloadEvent>;
  readonly events?: (
    events$: Observable<ReloadEvent>,
    host: PlantedHost,
  ) => Observable<ReloadEvent>;
}
