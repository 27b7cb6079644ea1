import * as E from 'fp-ts/lib/Either.js';
import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import { distinctUntilChanged, map, type Observable, tap } from 'rxjs';
import { handlesLeftOpen, pluginNotFound, runtimeClosed } from '../model/reload/failures.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type {
  Rehearsal,
  ReloadOptions,
  ReloadResult,
  ReloadTarget,
} from '../model/reload/ReloadTarget.js';
import type { StateStamp } from '../model/reload/StateStore.js';
import type { RequestOptions, TargetRequest } from '../model/reload/TargetRequest.js';
import { withoutRejection } from '../model/reload/toReloadError.js';
import { stackTraces } from '../modules/evaluateGraph.js';
import { realPathOf } from '../modules/files/PluginFiles.js';
import { type StaleFile, staleFiles } from './code/staleFiles.js';
import type { SharedEnvironment } from './environment/RuntimeEnvironment.js';
import type { RuntimeOptions } from './environment/RuntimeOptions.js';
import { PluginLoads } from './PluginLoads.js';
import { createParts, type RuntimeParts } from './RuntimeParts.js';
import { replaceVersion } from './recovery/replaceVersion.js';
import { restartVersion } from './recovery/restartVersion.js';
import { type RollBackOrder, rollBackByOrder, type WentBack } from './recovery/rollBack.js';
import type { AttemptSight } from './registry/Attempts.js';
import { type FaultOrigin, faultOrigin, tellFaults } from './registry/faultOrigin.js';
import type { PluginRegistry } from './registry/PluginRegistry.js';
import { swapByOrder } from './registry/swapByOrder.js';
import { WatchedPaths } from './registry/WatchedPaths.js';
import { rehearsalOf } from './rehearsal/rehearsalOf.js';
import type { PluginSlot } from './slot/PluginSlot.js';
import { currentState, replaceState, stateStampOf } from './slot/stateAccess.js';

/**
 * Runs plugins in this process, or in threads of it, and replaces them while the host runs. A plugin is a folder with `plugin.toml` or
 * `plugin.json`, in TypeScript or JavaScript. Until a new version is proven, the old one serves. During a swap calls wait in order.
 *
 * Contract:
 * - Loses: calls that run in a worker that dies; they reject with `Crashed`. Calls that arrive during a swap or a restart wait for it.
 * - Errors: methods never reject; a failure is a Left and changes nothing that serves. `call` rejects with what the plugin threw.
 * - Cancels: aborting `signal` before COMMIT disposes of the new version; after COMMIT the swap stands.
 * - Holds: per plugin the version that serves, the last one that was trusted, and `keepVersions` earlier ones.
 * - Limit: plugin code has the authority of the process, also in a worker. An endless loop stops the host, except in a worker.
 * - Order: one swap at a time per plugin; plugins swap independently of each other.
 */
export class PluginRuntime extends PluginLoads implements ReloadTarget {
  /** The directories that were loaded, plugin folders, and the files outside of them that plugins use; `watchPlugins` watches them. */
  readonly watchPaths$: Observable<readonly string[]>;
  /** Paths outside of folders where a file could appear that then counts, each by itself; `watchPlugins` watches them too. */
  readonly singlePaths$: Observable<readonly string[]>;
  /** Events that are not the outcome of `reloadPlugin`, such as a rollback. `hotReload` merges them into its stream. */
  readonly events$: Observable<UnstampedEvent>;
  /**
   * Reloads, restarts and orders that no change of files started. `hotReload` subscribes and does them, with its hooks, its store and its
   * events. Without a subscriber the runtime does them by itself.
   */
  readonly requests$: Observable<TargetRequest>;
  /** What each attempt to load a plugin has found, when it has ended. `watchPlugins` gives it to `changedSince` a little later. */
  readonly attempts$: Observable<AttemptSight>;
  readonly #environment: SharedEnvironment;
  readonly #registry: PluginRegistry;
  /** Emits when the files that plugins use may have changed. */
  readonly #fileChanges: RuntimeParts['fileChanges'];
  readonly #events: RuntimeParts['events'];
  readonly #emitted: RuntimeParts['emitted'];
  /** Undefined once it was asked for. */
  #rehearsal:
    | ((make: (options: RuntimeOptions) => PluginRuntime) => Rehearsal | undefined)
    | undefined;
  /** Called by `close`: what the runtime has set up outside of itself. */
  readonly #endings: readonly (() => void)[];

  constructor(options: RuntimeOptions = {}) {
    const parts = createParts(options);
    super(parts);
    this.#environment = parts.environment;
    this.#registry = parts.registry;
    this.#fileChanges = parts.fileChanges;
    this.#events = parts.events;
    this.#emitted = parts.emitted;
    const endProven = options.trials?.proven?.(({ plugin, fingerprint }) =>
      this.#registry.slot(plugin)?.tellProven(fingerprint),
    );
    this.#rehearsal = (make) => rehearsalOf(options, make);
    this.#endings = [
      tellFaults(() => this.#registry.slots),
      ...(options.stackTraces === 'untouched' ? [] : [stackTraces.use()]),
      ...(endProven === undefined ? [] : [endProven]),
    ];
    this.events$ = this.#events.asObservable();
    this.requests$ = this.#registry.requests.requests$;
    this.attempts$ = this.#registry.attempts.sights$;
    const watched = new WatchedPaths(this.#environment.files);
    const { folders } = this.#registry.sources;
    const watchedNow = () => {
      const { shared } = this.#environment;
      const slots = this.#registry.watched;
      return watched.of(slots.byName, folders.watched, shared?.paths, slots.takeTouched());
    };
    this.watchPaths$ = this.#fileChanges.pipe(map(watchedNow), distinctUntilChanged());
    this.singlePaths$ = this.#fileChanges.pipe(
      tap(watchedNow),
      map(() => watched.singles),
      distinctUntilChanged(),
    );
  }

  /** Whether plugins share the file with the host. Only asks: `pluginsOf` also tells that it has changed. */
  isShared(path: string): boolean {
    return this.#environment.shared?.isUsed(path) === true;
  }

  /** None for a file that plugins share with the host: when it has changed, `RestartNeeded` in `events$` says so. */
  pluginsOf(path: string): readonly string[] {
    if (this.#environment.shared?.noteChange(path) === true) return [];
    return this.#registry.pluginsOf(path);
  }

  /**
   * Why a plugin has a file: the files of the shortest way there, from its source on, each of which imports the next one. Undefined when no
   * import that is known leads there.
   */
  importChain(plugin: string, path: string): readonly string[] | undefined {
    const slot = this.#registry.slot(plugin);
    return slot?.files.importChain(realPathOf(slot.environment.files, path));
  }

  /**
   * The files at or below these paths that a plugin uses and that were written since it read them. For a caller that starts to watch
   * them only after the plugins have read them.
   */
  staleFiles(paths: readonly string[]): readonly StaleFile[] {
    return staleFiles(this.#registry.slots, paths);
  }

  /** The files that a new attempt would find otherwise than this one did. */
  changedSince(attempt: AttemptSight): readonly StaleFile[] {
    return this.#registry.attempts.changedSince(attempt);
  }

  /** Where an error comes from, by its stack: for a host that listens to `uncaughtException`; else standard error says it before the end. */
  faultOrigin(error: unknown): FaultOrigin | undefined {
    return faultOrigin(error, this.#registry.slots);
  }

  reportOpenHandles(): void {
    const { handles, report } = this.#environment;
    handles.onOpen ??= ({ plugin, message }) => report(handlesLeftOpen(plugin, message));
  }

  /**
   * Once: a rehearsal runs in a runtime of its own. None where the host has given a clock, threads or a compiler, and none while a debugger
   * or coverage would see its scripts.
   */
  rehearsal(): Rehearsal | undefined {
    const begin = this.#rehearsal;
    this.#rehearsal = undefined;
    return begin?.((options) => new PluginRuntime(options));
  }

  /** Reads, compiles and resolves the files on disk, without running any of them. */
  validatePlugin(plugin: string): TaskEither<ReloadError, void> {
    return this.#task(plugin, async () => {
      const built = await this.#registry.build(plugin);
      this.#fileChanges.next();
      return E.isLeft(built) ? built : E.right(undefined);
    });
  }

  /**
   * Loads the files on disk as the version that serves. `from` 0: no version served before; `from` = `to`: this code serves already.
   * Without `cause` it is an order: a pipeline that the runtime is part of does it, and this resolves with the end of its first attempt.
   */
  reloadPlugin(plugin: string, options: ReloadOptions = {}): TaskEither<ReloadError, ReloadResult> {
    return this.#task(plugin, async () => {
      if (this.#registry.isClosed) return E.left(runtimeClosed(plugin));
      const { cause } = options;
      return cause === undefined
        ? this.#registry.order(plugin, options)
        : this.#registry.reload(plugin, options);
    });
  }

  /** For a pipeline, before each attempt: has the dependencies reloaded that the plugin needs, and waits for the end of their attempts. */
  loadDependencies(plugin: string): TaskEither<ReloadError, void> {
    return this.#task(plugin, async () => {
      await this.#registry.loadDependencies(plugin);
      return E.right(undefined);
    });
  }

  /** The state that the plugin would save now; none when it saves none. */
  getPluginState(plugin: string): TaskEither<ReloadError, Option<unknown>> {
    return this.#withServing(plugin, currentState);
  }

  /** The format of the state that `getPluginState` returns, and the hash of the code that makes it; undefined when no version serves. */
  stateStampOf(plugin: string): StateStamp | undefined {
    return stateStampOf(this.#registry.slot(plugin));
  }

  /** Gives the plugin a state, between two calls: in its present format, or in that of version `from`, which `migrate` converts. */
  restorePluginState(plugin: string, state: unknown, from?: number): TaskEither<ReloadError, void> {
    return this.#withServing(plugin, (slot) =>
      slot.runExclusive(() => replaceState(slot, state, from)),
    );
  }

  /**
   * How many texts of plugins were compiled since the start, and how many were taken from `compileCache`: `compiled` 0 after a start says that
   * all of it was warm. Both stay 0 without that option; JSON does not count.
   */
  compileCounts(): { readonly compiled: number; readonly restored: number } {
    return this.#environment.compileCache?.counts ?? { compiled: 0, restored: 0 };
  }

  /** The fingerprint of the files of the version that serves; undefined when no version serves. docs/events.md says which files count. */
  fingerprintOf(plugin: string): string | undefined {
    return this.#registry.slot(plugin)?.serving?.version.fingerprint;
  }

  /** Replaces the instance that serves by a new one of the same code, with the newest acknowledged state. */
  restartPlugin(
    plugin: string,
    { cause }: Pick<ReloadOptions, 'cause'> = {},
  ): TaskEither<ReloadError, { readonly version: number }> {
    const restart = (slot: PluginSlot, options: RequestOptions) =>
      slot.serving === undefined
        ? Promise.resolve(this.#notFound(plugin))
        : restartVersion(slot, slot.serving, 'restartPlugin was called', options);
    if (cause === undefined) return this.#swap(plugin, restart);
    // A pipeline says why it restarts a plugin, and tells the end by itself.
    return this.#withServing(plugin, async (slot) => {
      const restarted = await slot.runExclusive(() => restart(slot, {}));
      return E.isLeft(restarted) ? restarted : E.right(restarted.right.value);
    });
  }

  /**
   * Goes to a version that is kept, with the state that was saved under it; `StateLost` says so when that leaves newer state behind.
   * `rollBackPlugin` keeps the newest state. Going back is reported in `events$`. The files on disk are
   * not loaded again until they change.
   */
  replacePlugin(
    plugin: string,
    version: number,
  ): TaskEither<ReloadError, { readonly version: number }> {
    return this.#swap(plugin, (slot, options) =>
      slot.serving === undefined
        ? Promise.resolve(this.#notFound(plugin))
        : replaceVersion(slot, slot.serving, version, options),
    );
  }

  /**
   * Goes back to a version that is kept, and keeps what happened since: the version takes over the newest state, migrated down by the
   * `migrate` of the version that serves. Where there is no way down, it takes over the newest state that it reads, and `StateLost` says
   * so. Reported in `events$` as `RolledBack`. The files on disk are not loaded again until they change; also not by a later host, where
   * `trials` keep that, as `provisionalVersions` do.
   *
   * @param options.to - Number of the version. Default: the last one that was trusted and was not taken back.
   * @param options.reason - Why, for the person at the terminal.
   */
  rollBackPlugin(plugin: string, options: RollBackOrder): TaskEither<ReloadError, WentBack> {
    return this.#swap(plugin, (slot, how) => rollBackByOrder(slot, options, how));
  }

  /**
   * Approves capabilities that the version before did not have, and reloads the plugin. The approval holds for the next version that
   * serves. The outcome is also reported in `events$`.
   *
   * @param capabilities - The names in `added` of a `CapabilitiesNotApproved` failure.
   */
  approveCapabilities(
    plugin: string,
    capabilities: readonly string[],
  ): TaskEither<ReloadError, ReloadResult> {
    return this.#withServing(plugin, async (slot) => {
      slot.grants.approve(capabilities);
      return this.#registry.order(plugin, {}, () => this.#registry.reloadAndTell(plugin));
    });
  }

  /**
   * Saves the plugin's state and ends it. Its folder may be loaded again later, from that state. Without `cause` it is an order: a pipeline
   * that the runtime is part of tells it as `Removed`.
   */
  unloadPlugin(
    plugin: string,
    { cause, onCommit }: Pick<ReloadOptions, 'cause' | 'onCommit'> = {},
  ): TaskEither<ReloadError, void> {
    return this.#task(plugin, async () => {
      const slot = this.#registry.slot(plugin);
      if (slot === undefined) return this.#notFound(plugin);
      const isTold = cause !== undefined || !this.#registry.requests.isAttached;
      return isTold ? this.#registry.unload(slot, onCommit) : this.#registry.unloadTold(slot);
    });
  }

  /**
   * Saves and ends all plugins, within two seconds. A state that could not be saved is reported to `onError`. Later orders are refused
   * with `Aborted`.
   */
  async close(): Promise<void> {
    if (this.#registry.isClosed) return;
    await this.#registry.close();
    await this.#environment.closeHosts();
    this.#environment.compileCache?.close();
    this.#registry.requests.close();
    this.#registry.attempts.close();
    this.#fileChanges.complete();
    this.#events.complete();
    this.#emitted.complete();
    for (const end of this.#endings) end();
  }

  #swap<A>(plugin: string, work: Parameters<typeof swapByOrder<A>>[2]): TaskEither<ReloadError, A> {
    const onEnd = () => this.#fileChanges.next();
    return this.#task(plugin, () => swapByOrder(this.#registry, plugin, work, onEnd));
  }

  #withServing<A>(
    plugin: string,
    work: (slot: PluginSlot) => Promise<E.Either<ReloadError, A>>,
  ): TaskEither<ReloadError, A> {
    return this.#task(plugin, async () => {
      const slot = this.#registry.slot(plugin);
      return slot?.serving === undefined ? this.#notFound(plugin) : work(slot);
    });
  }

  #task<A>(
    plugin: string,
    work: () => Promise<E.Either<ReloadError, A>>,
  ): TaskEither<ReloadError, A> {
    return () => withoutRejection(plugin, work);
  }

  #notFound(plugin: string): E.Either<ReloadError, never> {
    return E.left(pluginNotFound(plugin, this.#registry.names));
  }
}
