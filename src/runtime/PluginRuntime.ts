import { basename, dirname, resolve } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import {
  BehaviorSubject,
  defer,
  distinctUntilChanged,
  map,
  merge,
  of,
  Subject,
  tap,
  type Observable,
} from 'rxjs';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../model/reload/ReloadEvent.js';
import type { ReloadOptions, ReloadResult, ReloadTarget } from '../model/reload/ReloadTarget.js';
import type { StateStamp } from '../model/reload/StateStore.js';
import { createEnvironment } from './createEnvironment.js';
import { PluginCallError } from './calls/PluginCallError.js';
import { type LoadResult, type PluginListing, PluginLoader, settled } from './PluginLoader.js';
import { PluginRegistry } from './registry/PluginRegistry.js';
import type { PluginSlot } from './slot/PluginSlot.js';
import { orderedReload } from './slot/orderedReload.js';
import { pluginNotFound, runtimeClosed } from '../model/reload/failures.js';
import { replaceVersion } from './slot/replaceVersion.js';
import type { RuntimeOptions } from './environment/RuntimeOptions.js';
import { giveState, heldState, stateStampOf } from './slot/stateAccess.js';
import { stackTraces } from '../modules/evaluateGraph.js';
import { staleFiles, type StaleFile } from './code/staleFiles.js';

/**
 * Runs plugins in this process, or in threads of it, and replaces them live. A plugin is a folder with `plugin.toml` or `plugin.json`, in
 * TypeScript or JavaScript. Until a new version is proven the old one serves, and calls wait in order while they swap.
 *
 * Contract:
 * - Loses: what is under way in a worker that dies, as `Crashed`; calls that arrive during a swap or a restart wait for what serves.
 * - Errors: methods never reject, a failure is a Left and changes nothing that serves. `call` rejects with what the plugin threw.
 * - Cancels: aborting `signal` before COMMIT disposes of the new version; after it the swap stands.
 * - Holds: per plugin the version that serves and `keepVersions` earlier ones.
 * - Limit: plugin code has the authority of the process, also in a worker; only there an endless loop does not stop the host.
 * - Order: one swap of a plugin at a time; plugins swap independently.
 */
export class PluginRuntime implements ReloadTarget {
  /** The directories that were loaded, plugin folders, and the files outside of them that plugins use; `watchPlugins` watches them. */
  readonly watchPaths$: Observable<readonly string[]>;
  /** What happens without an order from outside, such as a rollback. `hotReload` tells it in its stream. */
  readonly events$: Observable<UnstampedEvent>;
  readonly #registry: PluginRegistry;
  readonly #loader: PluginLoader;
  readonly #changes = new BehaviorSubject<void>(undefined);
  readonly #events = new Subject<UnstampedEvent>();
  readonly #endStackTraces: () => void;

  constructor(options: RuntimeOptions = {}) {
    const environment = createEnvironment(
      options,
      () => this.#changes.next(),
      (event) => this.#events.next(event),
    );
    this.#registry = new PluginRegistry(environment, options.root);
    this.#loader = new PluginLoader(this.#registry, () => this.#changes.next());
    this.#endStackTraces =
      options.stackTraces === 'untouched' ? () => undefined : stackTraces.use();
    this.events$ = this.#events.asObservable();
    this.watchPaths$ = this.#changes.pipe(
      map(() => this.#registry.watchPaths()),
      distinctUntilChanged((left, right) => left.join('\0') === right.join('\0')),
    );
  }

  /** Loads the plugin whose manifest, or folder, is at `path`. */
  loadManifest(path: string): TaskEither<ReloadError, LoadResult> {
    return settled(basename(path), async () => {
      if (this.#registry.isClosed) return E.left(runtimeClosed(basename(path)));
      const location = this.#registry.locationOf(resolve(path));
      this.#registry.folders.addSingle(location);
      return this.#loader.load(location, dirname(location.folder));
    });
  }

  /** Loads each folder of `dir` that has a manifest: one result a folder, in order of name. A folder that comes later is a candidate. */
  loadDirectory(dir: string): TaskEither<never, readonly E.Either<ReloadError, LoadResult>[]> {
    return async () => {
      if (this.#registry.isClosed) return E.right([E.left(runtimeClosed(basename(dir)))]);
      const results = await Promise.all(this.#loader.loadEach(resolve(dir)));
      this.#changes.next();
      return E.right(results);
    };
  }

  /** The same, each result told as soon as it is there: a plugin that is slow to start holds up no other. Loads on each subscription. */
  loadEach(dir: string): Observable<E.Either<ReloadError, LoadResult>> {
    return defer(() =>
      this.#registry.isClosed
        ? of(E.left(runtimeClosed(basename(dir))))
        : merge(...this.#loader.loadEach(resolve(dir))),
    ).pipe(tap({ complete: () => this.#changes.next() }));
  }

  /**
   * Calls an exported function of a plugin, one that `exports` of its manifest names; without such a list, any that is exported. Rejects
   * with what the plugin throws, or a `PluginCallError`. A plugin that waits for a call of itself during a swap holds the swap up.
   */
  call(plugin: string, fn: string, ...args: readonly unknown[]): Promise<unknown> {
    const slot = this.#registry.slot(plugin);
    if (slot !== undefined) return slot.gate.call(fn, args);
    const message = pluginNotFound(plugin, this.#registry.names).message;
    return Promise.reject(new PluginCallError('PluginNotFound', plugin, message));
  }

  pluginsOf(path: string): readonly string[] {
    return this.#registry.pluginsOf(path);
  }

  /** Files at or below these paths that a plugin uses, and that were written since it read them: for what is watched later than it is read. */
  staleFiles(paths: readonly string[]): readonly StaleFile[] {
    return staleFiles(this.#registry.slots, paths);
  }

  plugins(): readonly PluginListing[] {
    return this.#registry.slots.map(({ name, version }) => ({
      plugin: name,
      version,
      status: version === 0 ? 'failed' : 'serving',
    }));
  }

  /** Reads, compiles and resolves what is on disk, and runs nothing of it. */
  validatePlugin(plugin: string): TaskEither<ReloadError, void> {
    return settled(plugin, async () => {
      const place = this.#registry.place(plugin);
      if (E.isLeft(place)) return place;
      const built = await this.#registry.build(plugin, place.right);
      this.#changes.next();
      return E.isLeft(built) ? built : E.right(undefined);
    });
  }

  /** Brings what is on disk into service. `from` 0: nothing served before; `from` = `to`: it serves already. */
  reloadPlugin(plugin: string, options: ReloadOptions = {}): TaskEither<ReloadError, ReloadResult> {
    return settled(plugin, async () => {
      if (this.#registry.isClosed) return E.left(runtimeClosed(plugin));
      return this.#loader.reload(plugin, options);
    });
  }

  /** The state that the plugin would save now; none when it saves none. */
  getPluginState(plugin: string): TaskEither<ReloadError, Option<unknown>> {
    return this.#serving(plugin, heldState);
  }

  /** The format of that state, and the hash of the code that it is from. */
  stateStampOf(plugin: string): StateStamp | undefined {
    return stateStampOf(this.#registry.slot(plugin));
  }

  /** Gives the plugin a state, between two calls: of its present format, or one of version `from`, which `migrate` brings to it. */
  restorePluginState(plugin: string, state: unknown, from?: number): TaskEither<ReloadError, void> {
    return this.#serving(plugin, (slot) => slot.exclusively(() => giveState(slot, state, from)));
  }

  /** A fresh instance of the same code with the newest acknowledged state. */
  restartPlugin(plugin: string): TaskEither<ReloadError, { readonly version: number }> {
    return this.#serving(plugin, (slot) =>
      slot.exclusively(async () => {
        const { serving } = slot;
        if (serving === undefined) return E.left(pluginNotFound(plugin, this.#registry.names));
        const restarted = await slot.restart(serving);
        return E.isLeft(restarted) ? restarted : E.right({ version: slot.version });
      }),
    );
  }

  /** Goes to a version that is kept, with the state saved under it. Going back is told in `events$`; what is on disk waits for other bytes. */
  replacePlugin(
    plugin: string,
    version: number,
  ): TaskEither<ReloadError, { readonly version: number }> {
    return this.#serving(plugin, (slot) =>
      slot.exclusively(async () => {
        const { serving } = slot;
        if (serving === undefined) return E.left(pluginNotFound(plugin, this.#registry.names));
        const replaced = await replaceVersion(slot, serving, version);
        this.#changes.next();
        return E.isLeft(replaced) ? replaced : E.right({ version: slot.version });
      }),
    );
  }

  /**
   * Lets a version load that asks for more than the one before it, and reloads the plugin. An approval holds for the next version that
   * serves. How it went is also told in `events$`.
   *
   * @param capabilities - What a `CapabilitiesNotApproved` named in `added`.
   */
  approveCapabilities(
    plugin: string,
    capabilities: readonly string[],
  ): TaskEither<ReloadError, ReloadResult> {
    return this.#serving(plugin, async (slot) => {
      slot.grants.approve(capabilities);
      const reloaded = await this.#loader.reload(plugin, {});
      for (const event of orderedReload(plugin, slot.version, reloaded)) this.#events.next(event);
      return reloaded;
    });
  }

  /** Saves the plugin's state and ends it. Its folder may be loaded again later, from that state. */
  unloadPlugin(plugin: string): TaskEither<ReloadError, void> {
    return settled(plugin, async () => {
      const slot = this.#registry.slot(plugin);
      if (slot === undefined) return E.left(pluginNotFound(plugin, this.#registry.names));
      return this.#loader.unload(slot);
    });
  }

  /** Saves and ends all plugins, within two seconds. What could not be saved is told to `onError`. What is asked later is refused. */
  async close(): Promise<void> {
    if (this.#registry.isClosed) return;
    this.#registry.close();
    await Promise.all(
      this.#registry.slots.map(async (slot) => {
        const unloaded = await slot.close();
        if (E.isLeft(unloaded)) slot.environment.report(unloaded.left);
        this.#registry.forget(slot);
      }),
    );
    await this.#registry.environment.closeHosts();
    this.#changes.complete();
    this.#events.complete();
    this.#endStackTraces();
  }

  #serving<A>(
    plugin: string,
    work: (slot: PluginSlot) => Promise<E.Either<ReloadError, A>>,
  ): TaskEither<ReloadError, A> {
    return settled(plugin, async () => {
      const slot = this.#registry.slot(plugin);
      return slot?.serving === undefined
        ? E.left(pluginNotFound(plugin, this.#registry.names))
        : work(slot);
    });
  }
}
