import type { SchedulerLike } from 'rxjs';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { VersionTrials } from '../../model/reload/VersionTrials.js';
import type { CompilationCache, ModuleCompiler } from '../../modules/buildGraph.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import type { TripPolicy } from '../../policies/breaker/TripPolicy.js';
import type { EndedCall } from '../calls/CallGate.js';
import type { GenerationWatchOptions } from '../instances/GenerationWatch.js';
import type { ApiVersion } from '../manifest/manifestKeys.js';
import type { StateKeeper } from '../protocol/KeptState.js';
import type { Stage } from '../protocol/Stage.js';
import type { WorkerLimits } from '../worker/host/WorkerLimits.js';
import type { WorkerPorts } from '../worker/host/WorkerPorts.js';

/**
 * What a reload does when calls are still running at the deadline of `quiesce`:
 * - `refuse`: the reload fails with `TimedOut`, and the old version serves on.
 * - `abandon`: the new version serves. The calls go on in the old one, for at most the deadline of `dispose`.
 * - `abort`: the new version serves. The old one ends at once, and its `ctx.signal` is aborted.
 *
 * With `abandon` and `abort`, what such a call still changes is not in the state that the new version took over.
 */
export type WhenBusy = 'refuse' | 'abandon' | 'abort';

/** Options of a `PluginRuntime`. Values that cannot work throw a `RangeError` when the runtime is made. */
export interface RuntimeOptions {
  /**
   * The version of what this host offers its plugins: `major`, `minor` and `patch`, each a whole number from 0. A plugin with another
   * `major`, or a higher `minor`, is refused with `ApiVersionMismatch`. Default 0.1.0.
   */
  readonly apiVersion?: ApiVersion;
  /**
   * What is a plugin. `required`: a folder with a manifest: `plugin.toml`, `plugin.json`, or a `package.json` with the key `hotpipe`.
   * `optional`: also a folder with an index file, and in a directory of plugins a single source file such as `counter.ts`; each is named
   * after its folder or file, in lower case with dashes, and every function that it exports may be called, lifecycle functions aside.
   * `RangeError` for anything else. Default `required`.
   */
  readonly manifests?: 'required' | 'optional';
  /**
   * The capabilities that a manifest may declare. A plugin that declares another one is refused with `ManifestInvalid`; in a reload its
   * old version serves on. A capability is a declaration to review, not a sandbox: code in this process can do what the process can.
   * Default: any.
   */
  readonly capabilities?: readonly string[];
  /**
   * What happens to a version that declares capabilities which the version before did not. `ask`: it is refused with
   * `CapabilitiesNotApproved` until `approveCapabilities` is called, and the old version serves on. `allow`: it is loaded. Default `ask`.
   */
  readonly capabilityGrowth?: 'ask' | 'allow';
  /**
   * Given to each plugin in process as `ctx.host`: a database, a server, a logger. The very objects, never reloaded and never copied; the
   * object that holds them is frozen. In a worker, `ctx.host` throws when it is read. Throws a `TypeError` when it is no object.
   * Default: nothing.
   */
  readonly provide?: Readonly<Record<string, unknown>>;
  /**
   * Files that plugins share with the host, as patterns relative to `root` (`*` and `?` within a name, `**` across folders), such as
   * `shared/*.mjs`. The host's own `import()` loads them, so there is one instance of each, for the host too, when it imports the same file.
   * Never reloaded: an edit is told once as `RestartNeeded`. A plugin in a worker that imports one fails with `CompilationFailed`. At most
   * 100, each of 1 to 1,024 characters (`RangeError` otherwise). Default: none, each version has an instance of its own.
   */
  readonly shared?: readonly string[];
  /**
   * How long each new version is watched after it went live. It is replaced by the last version that was trusted when `trip` says that
   * it failed too often, or when its `health` fails at the end. A manifest's `probation` overrides this. Needs `keepVersions` of at
   * least 1. Default: no probation, a new version is trusted at once.
   */
  readonly probation?: {
    /** Duration in milliseconds, from 1 to 2,147,483,647. */
    readonly forMs: number;
    /**
     * When the failures are too many, of all calls together or of the calls of one function. Rejected calls count; throws in timers and
     * listeners count among all. Default `consecutive(3)`.
     */
    readonly trip?: TripPolicy;
  };
  /**
   * Where plugins run whose manifests have no `mode`. `in-process`: in the host's thread. `worker`: each version in a thread of its own.
   * Default `in-process`.
   */
  readonly mode?: 'in-process' | 'worker';
  /** Limits of each worker. Left out, each limit has its own default. */
  readonly worker?: Partial<WorkerLimits>;
  /**
   * The threads of workers, and the clock of all that watches them. For tests in virtual time. Default: Node's threads, and real time.
   */
  readonly threads?: WorkerPorts;
  /**
   * Number of earlier versions that are kept per plugin for a rollback: a whole number from 0. Default 2. While a version is on
   * probation, the last one that was trusted is kept beside them.
   */
  readonly keepVersions?: number;
  /** The clock for deadlines, plugins' timers and the durations of stages. Default: RxJS's `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /**
   * Resolves after the other work that is due in the event loop. Builds and reloads wait for it, so that calls and timers run between
   * them. Default: Node's `setImmediate`.
   */
  readonly nextTurn?: () => Promise<void>;
  /**
   * Keeps states when the process ends: a plugin starts from its newest record, and a reload or unload saves one. Default: states are
   * kept in memory, until the runtime is closed.
   */
  readonly store?: StateKeeper;
  /**
   * An absolute path that paths in errors are relative to. Default: the directory that was loaded; for `loadManifest`, the parent of the
   * plugin's folder.
   */
  readonly root?: string;
  /**
   * Deadline of each stage of a swap, in milliseconds, from 0. Those that are left out keep their defaults:
   * - `compile` 10,000: reading and compiling the files; waiting for other plugins' builds does not count.
   * - `load` 5,000: running the modules of the new version. The start of a worker's thread comes before, and may take as long again.
   * - `validate` 5,000: checking what the modules export.
   * - `quiesce` 2,000: waiting until the calls that run have ended. Longer calls see `whenBusy`.
   * - `save` 5,000: `saveState` of the old version, and writing to the store.
   * - `migrate` 5,000, `restore` 5,000: `migrate` and `restoreState` of the new version.
   * - `start` 5,000: `init` and `start` of the new version. `health` 5,000: its `health`.
   * - `commit` 5,000: has no effect, since COMMIT does not wait for anything.
   * - `dispose` 2,000: `stop` of the old version, and then the same time again for the end of its resources. What misses its deadline is
   *   left behind and reported.
   */
  readonly limitsMs?: Partial<Readonly<Record<Stage, number>>>;
  /** What a reload does when calls are still running at the deadline of `quiesce`. Default `refuse`. */
  readonly whenBusy?: WhenBusy;
  /** Turns the text of a file into a module. For tests, or for another language. Default: compiles TypeScript and JavaScript. */
  readonly compiler?: ModuleCompiler;
  /**
   * What happens to V8's compilation cache while a file of a plugin is compiled. `off`: it is switched off for that moment; from Node 22
   * on it would keep the source of every version. `leave`: it is left as it is. Default `off`.
   */
  readonly compilationCache?: CompilationCache;
  /**
   * Keeps what was compiled in files, so that a later start with the same files compiles nothing. A kept module is used only where the text,
   * the settings, hotpipe, the compilers, Node and its flags are the same, and when its bytes are those that were written. It is written
   * while nothing is compiled. A directory that is damaged, full, read-only or of another user is told once to `onError`, and what cannot
   * be used is compiled. **Code of this directory runs in the host**: see SECURITY.md. Default: nothing is kept.
   */
  readonly compileCache?: {
    /**
     * An absolute path, outside of the plugins' folders (`RangeError` otherwise, when it is relative here, and when it lies inside in the
     * method that loads). Created when it is missing, for its owner only.
     */
    readonly directory: string;
    /**
     * Size of all its files together: a whole number of bytes from 1 MiB (`RangeError` otherwise). What was used last is kept. While files
     * are written anew there may be twice as much. A source file of 4 KB takes about 8 KB. Default 256 MiB.
     */
    readonly maxBytes?: number;
  };
  /**
   * Whether stack traces show the lines of the TypeScript sources. `mapped`: yes, through `Error.prepareStackTrace`, which is global in the
   * process. `untouched`: hotpipe does not set it. Default `mapped`.
   */
  readonly stackTraces?: 'mapped' | 'untouched';
  /**
   * Told of each call of a plugin after it ended, also of those that were refused: `version` is 0 where none served. `ms` is the time from the
   * call to its end, with the wait for a swap. Must be fast: it is called in the turn of each call. An error that it throws is ignored.
   * Default: nobody is told.
   */
  readonly onCall?: (call: EndedCall) => void;
  /**
   * Called with each failure that no caller waits for: a throw in `stop`, or in a plugin's timer or listener, a worker that died. An error
   * that the callback throws is ignored. Default: these failures are not reported.
   */
  readonly onError?: (error: ReloadError) => void;
  /**
   * For development. `onOpen` names what a version has left open at its end, such as a server or an interval; it is cheap, and
   * `presets.development` turns it on. `onAlive` reports a version that is still in memory after its end, and so is leaked, such as by a
   * timer that was not started by `ctx`; each check collects all garbage, which stops the process for some milliseconds. Workers are not
   * checked: what they hold ends with them. Default: no check.
   */
  readonly generationWatch?: GenerationWatchOptions;
  /** How the runtime reads files. For tests, or for files that are not on the disk. Default: the disk. */
  readonly files?: PluginFiles;
  /**
   * Called with each version before its code runs, and when it serves or is dropped, so that a version that crashes the host is not loaded
   * again; `provisionalVersions` implements it. Default: nothing is called.
   */
  readonly trials?: VersionTrials;
}
