import type { Either } from 'fp-ts/lib/Either.js';
import { Observable, type SchedulerLike, Subject, type Subscription } from 'rxjs';
import type { WatchEvent } from '../../../model/events/WatchEvent.js';
import type { ReloadError } from '../../../model/reload/ReloadError.js';
import type { ReloadEvent } from '../../../model/reload/ReloadEvent.js';
import type { ReloadTarget } from '../../../model/reload/ReloadTarget.js';
import type { StateStore } from '../../../model/reload/StateStore.js';
import { isInstance, messageOf } from '../../../model/unknownValue.js';
import { hotReload } from '../../../pipeline/hotReload.js';
import type { HotReloadOptions, WatchStatus } from '../../../pipeline/options/HotReloadOptions.js';
import {
  type ProvisionalVersions,
  provisionalVersions,
} from '../../../pipeline/trials/provisionalVersions.js';
import { SeededRandom } from '../../../policies/SeededRandom.js';
import { PluginCallError } from '../../../runtime/calls/PluginCallError.js';
import type { PluginRuntime } from '../../../runtime/PluginRuntime.js';
import { VirtualTime, type VirtualView } from '../../../trace/virtual/VirtualTime.js';
import type { BuggyHost, PlantedBug } from '../bugs/PlantedBug.js';
import type { DiskOutage } from '../disks/DiskOutage.js';
import type { PluginDisk } from '../disks/PluginDisk.js';
import { manifestFile } from '../disks/PluginFolders.js';
import type { StateDisk } from '../disks/StateDisk.js';
import type { RollbackOrder, RunObserver } from '../observe/RunObserver.js';
import { CALL_FAULT, type CallRequest, isCallAnswer } from '../plugin/simulatedPlugin.js';
import { ROOT, type Setup, VERSIONS_DIR } from '../setup/Setup.js';
import { CallContexts } from './CallContexts.js';
import { observedInstances, observedThreads } from './observedInstances.js';
import { observedTarget, whileAlive } from './observedTarget.js';
import { pipelineOptions } from './pipelineOptions.js';
import { SimulatedBackend } from './SimulatedBackend.js';
import { SimulatedCompiler } from './SimulatedCompiler.js';
import { SimulatedThreads } from './SimulatedThreads.js';
import { SourceConnection } from './SourceConnection.js';
import { StateDiskAccess } from './StateDiskAccess.js';
import { simulatedRuntime } from './simulatedRuntime.js';
import { lookingSource } from './simulatedSource.js';
import { observedStore, simulatedStore } from './simulatedStore.js';

interface HostOptions {
  readonly setup: Setup;
  /** The defect that this host has; empty: none. */
  readonly bug: PlantedBug;
  /** Time that has passed before this host begins, in milliseconds. */
  readonly startMs: number;
  /** How far the wall clock is ahead of the time that has passed, in milliseconds. */
  readonly clockOffsetMs: number;
  readonly pluginDisk: PluginDisk;
  readonly stateDisk: StateDisk;
  /** When that disk fails. */
  readonly outage: DiskOutage;
  /** Tells this host from the ones before it. */
  readonly pid: number;
  /** Draws from 0 to below 1. */
  readonly random: () => number;
  /** The seed of the run, for draws of their own. */
  readonly seed: number;
  readonly observer: Required<RunObserver>;
}

/**
 * One life of a host process. Watch session, pipeline, runtime and state store are real; what lies behind their ports is
 * simulated. It ends in order (`unsubscribe`, then closing the runtime) or by a crash (`die`).
 */
export class Host {
  /** The time of everything in this host. */
  readonly time: VirtualTime;
  /** The same time, counting the pipeline's timers alone. */
  readonly pipelineTime: VirtualView;
  /** The same time, counting the source's timers alone. */
  readonly sourceTime: VirtualView;
  readonly runtime: PluginRuntime;
  /** The runtime, as the pipeline sees it. */
  readonly target: ReloadTarget;
  readonly backend: SimulatedBackend;
  readonly compiler: SimulatedCompiler;
  readonly threads: SimulatedThreads;
  readonly stateDiskAccess: StateDiskAccess;
  readonly connection = new SourceConnection();
  readonly #contexts: CallContexts;
  /** True after a crash and after the end: whatever happens then does not count. */
  isDead = false;
  /** Number of tasks that wait for promises. While there are any, each step waits until promises have settled. */
  taskCount = 0;
  /** Calls of the pipeline's hooks that will throw. */
  failingHookCount = 0;
  /** Plugins whose first load has not ended. */
  readonly #loading: Set<string>;
  /** Undefined: no version is on trial. */
  readonly #versions: ProvisionalVersions | undefined;
  #callCount = 0;
  readonly #options: HostOptions;
  readonly #subscription: Subscription;

  constructor(options: HostOptions) {
    const { setup, bug, observer, stateDisk, outage, pluginDisk } = options;
    this.#options = options;
    this.#contexts = new CallContexts(setup.hasContexts);
    this.time = new VirtualTime(options.startMs);
    this.time.shiftClock(options.clockOffsetMs);
    this.pipelineTime = this.time.view();
    this.sourceTime = this.time.view();
    this.backend = new SimulatedBackend(this.sourceTime);
    this.stateDiskAccess = new StateDiskAccess({ disk: stateDisk, outage }, this.time, this, () =>
      observer.diskFailed(),
    );
    const instances = observedInstances(this, observer, this.#contexts);
    this.compiler = new SimulatedCompiler(this.time, instances);
    this.threads = new SimulatedThreads({
      time: this.time,
      random: new SeededRandom(options.seed ^ (options.pid << 16)),
      files: pluginDisk.pluginFiles,
      instances,
      observer: observedThreads(this, observer),
    });
    const buggy = { time: this.time, disk: stateDisk, plugins: setup.plugins };
    const store = this.#createStore(buggy);
    this.#versions = this.#createVersions();
    this.runtime = simulatedRuntime(setup, {
      files: this.#versions?.files ?? pluginDisk.pluginFiles,
      trials: this.#versions,
      compiler: bug.compiler?.(this.compiler) ?? this.compiler,
      threads: this.threads,
      time: this.time,
      store,
      onError: (error) => this.isDead || observer.failureReported(error),
    });
    this.#loading = new Set(setup.plugins.filter((name) => pluginDisk.has(manifestFile(name))));
    this.target = this.#createTarget(buggy);
    const events$ = this.#createPipeline(store, buggy);
    observer.pipelineSubscribed();
    this.taskCount += 1; // the first loads
    // A version that fails its probation, or whose worker died, is replaced by the runtime: nobody has a promise for that work.
    if (setup.probationMs > 0 || setup.hasWorkers) this.taskCount += 1;
    this.#subscription = events$.subscribe({
      next: (event) => this.#onEvent(event),
      complete: () => this.isDead || observer.streamEnded('completed'),
      error: (error: unknown) => this.isDead || observer.streamEnded(`failed: ${String(error)}`),
    });
  }

  /** Crashes the host: from now on nothing in it has an effect, as after SIGKILL. */
  die(): void {
    this.isDead = true;
    this.#contexts.close();
    this.#options.observer.hostEnding();
  }

  /** First loads whose end the pipeline has not emitted. */
  get loadCount(): number {
    return this.#loading.size;
  }

  /** Closes the runtime, and what knows the versions on trial. */
  async close(): Promise<void> {
    await this.runtime.close();
    await this.#versions?.close();
  }

  /** Ends all faults around this host. */
  heal(): void {
    this.compiler.heal();
    this.threads.heal();
    this.stateDiskAccess.heal();
    this.failingHookCount = 0;
    this.backend.heal();
  }

  /** Ends the pipeline and its source, in order. */
  unsubscribe(): void {
    this.#options.observer.hostEnding();
    this.#subscription.unsubscribe();
    this.connection.close();
  }

  /** Call it at the end of a run: drops a pipeline that runs on a clock of its own and would otherwise never end. */
  abandon(): void {
    this.isDead = true;
    this.#contexts.close();
    this.#subscription.unsubscribe();
  }

  /** Counts the work as a task until its promise settles. */
  track<A>(work: Promise<A>): Promise<A> {
    this.taskCount += 1;
    const end = () => {
      this.taskCount -= 1;
    };
    work.then(end, end);
    return work;
  }

  /**
   * Calls a function of a plugin, and reports the outcome. The plugin makes `nestedCount` more calls of itself, before it answers.
   */
  call(plugin: string, takesMs: number, nestedCount = 0): void {
    const { observer } = this.#options;
    this.#callCount += 1;
    const order = this.#callCount;
    observer.callStarted(plugin, order);
    const name = takesMs > 0 ? 'bumpSlowly' : 'bump';
    const request: CallRequest = { order, takesMs, nestedCount };
    const made = this.#contexts.run(order, () => this.runtime.call(plugin, name, request));
    this.track(made).then(
      (answer) =>
        this.isDead || (isCallAnswer(answer) && observer.callAnswered(plugin, order, answer)),
      (error: unknown) => {
        if (this.isDead) return;
        const reason = messageOf(error);
        if (reason === CALL_FAULT) observer.callThrew(plugin, order);
        else
          observer.callFailed(
            plugin,
            order,
            reason,
            isInstance(error, PluginCallError) ? error._tag : '',
          );
      },
    );
  }

  /** Goes to another version that is kept. */
  rollBack(
    plugin: string,
    { by, to }: RollbackOrder,
  ): Promise<Either<ReloadError, { readonly version: number }>> {
    const task =
      by === 'replace'
        ? this.target.replacePlugin(plugin, to ?? 0)
        : this.runtime.rollBackPlugin(plugin, {
            ...(to !== undefined && { to }),
            reason: 'ordered',
          });
    return this.track(task());
  }

  #createStore(buggy: BuggyHost): StateStore {
    const { bug, observer, pid } = this.#options;
    const { files } = this.stateDiskAccess;
    const store = simulatedStore(
      bug.files?.(files, buggy) ?? files,
      pid,
      (path) => this.isDead || observer.damageReported(path),
    );
    return observedStore(
      bug.store?.(store, buggy) ?? store,
      {
        saveStarted: (record) => this.isDead || observer.saveStarted(record),
        saveEnded: (record, result) => this.isDead || observer.saveEnded(record, result),
      },
      (work) => this.track(work),
    );
  }

  #createVersions(): ProvisionalVersions | undefined {
    const { setup, pluginDisk, pid } = this.#options;
    if (setup.confirmAfterMs === 0) return undefined;
    const store = simulatedStore(this.stateDiskAccess.files, pid, () => undefined, VERSIONS_DIR);
    this.taskCount += 1; // nobody has a promise for the notes that it takes
    return provisionalVersions(store, {
      confirmAfterMs: setup.confirmAfterMs,
      scheduler: this.time,
      files: pluginDisk.pluginFiles,
    });
  }

  #createTarget(buggy: BuggyHost): ReloadTarget {
    const { bug, observer } = this.#options;
    const target = observedTarget(this.runtime, whileAlive(this, observer), (work) =>
      this.track(work),
    );
    return bug.target?.(target, buggy) ?? target;
  }

  #createPipeline(store: StateStore, buggy: BuggyHost): Observable<ReloadEvent> {
    const { setup, bug, random } = this.#options;
    const watchStatus$ = new Subject<WatchStatus>();
    const ports: HotReloadOptions & {
      readonly scheduler: SchedulerLike;
      readonly random: () => number;
    } = {
      ...pipelineOptions(setup, () => this.#runHook()),
      source$: this.#createSource(watchStatus$, buggy),
      target: this.target,
      store,
      watchStatus$,
      load: this.#versions?.load(this.runtime.loadEach(ROOT)) ?? this.runtime.loadEach(ROOT),
      scheduler: this.pipelineTime,
      random,
    };
    const events$ = bug.pipeline
      ? bug.pipeline(ports)
      : hotReload(bug.options?.(ports, buggy) ?? ports);
    return bug.events?.(events$, buggy) ?? events$;
  }

  #createSource(watchStatus$: Subject<WatchStatus>, buggy: BuggyHost): Observable<WatchEvent> {
    const { setup, bug, pluginDisk, observer } = this.#options;
    this.backend.filter = (hint) => (bug.hint === undefined ? hint : bug.hint(hint, buggy));
    const connected$ = lookingSource(
      this.runtime,
      {
        fileSystem: pluginDisk.fileSystem,
        backend: this.backend,
        scheduler: this.sourceTime,
        elapsedMs: () => this.time.elapsedMs,
        reconcileMs: bug.hasNoFullScan === true ? Infinity : setup.reconcileMs,
        firstLookCount: setup.firstLookCount,
      },
      watchStatus$,
      this.connection,
      ({ path, why }) => this.isDead || why !== 'noPlugin' || observer.ignoredTold(path),
    );
    const events$ = bug.source?.(connected$, buggy) ?? connected$;
    return new Observable((subscriber) =>
      events$.subscribe({
        next: (event) => {
          const before = event._tag === 'Renamed' ? this.runtime.pluginsOf(event.from) : [];
          const plugins = new Set([...before, ...this.runtime.pluginsOf(event.path)]);
          if (!this.isDead) observer.sourceEmitted(event, [...plugins]);
          subscriber.next(event);
        },
        error: (error: unknown) => subscriber.error(error),
        complete: () => subscriber.complete(),
      }),
    );
  }

  #onEvent(event: ReloadEvent): void {
    if (this.isDead) return;
    const isFirst = this.#loading.has(event.plugin);
    const isSuspect = event._tag === 'ReloadFailed' && event.error._tag === 'VersionSuspect';
    const isLoadEnd = event._tag === 'Loaded' || event._tag === 'ReloadFailed';
    const [first = ''] = this.#loading;
    // A plugin that waits for another one may fail, and then be loaded.
    const isKnown = this.#options.setup.plugins.includes(event.plugin);
    if (isLoadEnd && (isFirst || !(isSuspect || isKnown)) && first !== '') {
      // A failure may name its plugin by what the manifest says, or by none. A suspect is told beside its plugin's `Loaded`.
      this.#loading.delete(isFirst ? event.plugin : first);
      if (this.#loading.size === 0) this.taskCount -= 1;
    }
    this.#options.observer.eventEmitted(event);
  }

  #runHook(): void {
    if (this.failingHookCount === 0) return;
    this.failingHookCount -= 1;
    throw new Error('a hook that throws');
  }
}
