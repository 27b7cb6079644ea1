import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { VersionTrials } from '../../model/reload/VersionTrials.js';
import type { TripPolicy } from '../../policies/breaker/TripPolicy.js';
import type { ApiVersion } from '../manifest/Manifest.js';
import type { CompilationCache, ModuleCompiler } from '../../modules/buildGraph.js';
import type { GenerationWatchOptions } from '../instances/GenerationWatch.js';
import type { WhenBusy } from '../protocol/swapVersions.js';
import type { Stage } from '../protocol/Stage.js';
import type { WorkerLimits } from '../worker/host/WorkerLimits.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import type { StateKeeper } from '../protocol/KeptState.js';

export interface RuntimeOptions {
  /** What this host offers its plugins. Default 0.1.0. */
  readonly apiVersion?: ApiVersion;
  /**
   * Capabilities that a manifest may declare: a plugin that asks for another one is refused, and on a reload its old version serves on. A
   * declaration to review, not a sandbox: code in this process can do what the process can. Default: any.
   */
  readonly capabilities?: readonly string[];
  /**
   * What happens to a version that declares capabilities which the one before it did not: `ask`, the default, refuses it with
   * `CapabilitiesNotApproved` until `approveCapabilities` is called, and the old version serves on; `allow` lets it in.
   */
  readonly capabilityGrowth?: 'ask' | 'allow';
  /**
   * Watches each new version for `forMs` milliseconds (at least 1) after it went live, and goes back to the last good one when `trip`
   * says so, default `consecutive(3)`, or `health` fails at the end. A manifest's `probation` goes before it. Default: none.
   */
  readonly probation?: { readonly forMs: number; readonly trip?: TripPolicy };
  /** Where plugins run whose manifests do not say. `worker`: each version in a thread of its own. Default `in-process`. */
  readonly mode?: 'in-process' | 'worker';
  /** What a worker may use before it is ended. */
  readonly worker?: Partial<WorkerLimits>;
  /** Earlier versions of a plugin that are kept for a rollback: a count from 0, default 2. */
  readonly keepVersions?: number;
  /** Deadlines, plugin timers and stage times go by it. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Gives the event loop's other work its turn; builds and reloads do so now and then. Default: the loop's next turn. */
  readonly nextTurn?: () => Promise<void>;
  /** Where states survive the process: a plugin starts from the newest, and unloading saves. Default: memory of this runtime. */
  readonly store?: StateKeeper;
  /** Paths in errors are relative to it. Default: the directory that is loaded, or the parent of the plugin's folder. */
  readonly root?: string;
  /** Deadlines of single stages in milliseconds; a call that is under way holds a swap up by at most `quiesce`, 2,000. */
  readonly limitsMs?: Partial<Readonly<Record<Stage, number>>>;
  /** Calls that hold a reload up. Default `refuse`. */
  readonly whenBusy?: WhenBusy;
  /** Turns the text of a file into a module. Default: TypeScript and JavaScript; another one for tests, or for another language. */
  readonly compiler?: ModuleCompiler;
  /** V8's compilation cache while a plugin's file is compiled. Default `off`: from Node 22 on it would keep every version's source. */
  readonly compilationCache?: CompilationCache;
  /** Whether stacks name the lines of the TypeScript sources, by `Error.prepareStackTrace`. Default `mapped`. */
  readonly stackTraces?: 'mapped' | 'untouched';
  /** Told of what nothing waits for: a throw in `stop`, in a plugin's timer or listener. */
  readonly onError?: (error: ReloadError) => void;
  /**
   * For development: tells which version is still alive after its end, and so leaks, such as by a timer that it did not give to its
   * context. Each look collects all garbage. Plugins in a worker end with it. Default: nobody looks.
   */
  readonly generationWatch?: GenerationWatchOptions;
  /** Default: the disk. */
  readonly files?: PluginFiles;
  /** Told of each version before its code runs; `provisionalVersions` fits. Default: nobody. */
  readonly trials?: VersionTrials;
}
