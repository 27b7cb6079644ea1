import { basename, dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { runtimeClosed } from '../../model/reload/failures.js';
import { orderedReloadEvents } from '../../model/reload/outcomeEvents.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadOptions, ReloadResult } from '../../model/reload/ReloadTarget.js';
import { ioFailure } from '../../model/reload/sourceFailures.js';
import { withoutRejection } from '../../model/reload/toReloadError.js';
import { attemptRead } from '../../modules/files/readStableText.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { buildCode } from '../code/buildCode.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { SharedEnvironment } from '../environment/RuntimeEnvironment.js';
import type { PluginLocation } from '../manifest/findManifest.js';
import { tellTakenBack } from '../recovery/takenBack.js';
import type { HostPlugins } from '../reload/admissionOf.js';
import { reloadSlot } from '../reload/reloadSlot.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import { closeSlot, unloadSlot } from '../slot/unloadSlot.js';
import { Attempts } from './Attempts.js';
import { Dependencies } from './Dependencies.js';
import { FirstLoads } from './FirstLoads.js';
import { type PluginSource } from './locatePlugin.js';
import type { LoadResult } from './PluginListing.js';
import { PluginSlots } from './PluginSlots.js';
import { PluginSources } from './PluginSources.js';
import { pluginsConcernedBy } from './pluginsConcernedBy.js';
import { ReloadRequests } from './ReloadRequests.js';

export interface RegistryOptions {
  readonly environment: SharedEnvironment;
  /** Paths in errors are relative to it. Default: the directory that is loaded, or the parent of the plugin's folder. */
  readonly root: string | undefined;
  /** Called when the files that the plugins use may have changed, and so what must be watched. */
  readonly onFilesChange: () => void;
}

/** The plugins of one runtime: it finds them on disk, loads them, dependencies first, reloads them and unloads them. */
export class PluginRegistry {
  readonly sources: PluginSources;
  /** What it wants done without a change of files. */
  readonly requests: ReloadRequests;
  readonly dependencies: Dependencies;
  readonly attempts: Attempts;
  readonly #onFilesChange: () => void;
  readonly #slots: PluginSlots;
  /** Read by the check of dependencies, which is part of each reload. */
  readonly #others: HostPlugins = {
    serving: (plugin) => this.slot(plugin)?.serving?.version.manifest.manifest,
    dependants: (plugin) => this.#slots.dependants(plugin),
    onDisk: (plugin) => this.sources.manifestOf(plugin, this.slot(plugin)?.location),
    isComing: (plugin) => this.dependencies.isComing(plugin),
  };
  /** The loads that were asked for: each tells by itself how its plugin's first load ended. */
  readonly firstLoads: FirstLoads;
  constructor({ environment, root, onFilesChange }: RegistryOptions) {
    this.sources = new PluginSources(environment, root);
    this.requests = new ReloadRequests(environment.emit);
    this.#slots = new PluginSlots(this.sources, this.requests, (plugin) =>
      this.dependencies.changed(plugin),
    );
    this.dependencies = new Dependencies(
      {
        slot: (plugin) => this.slot(plugin),
        slots: () => this.slots,
        isClosed: () => this.isClosed,
        isOnDisk: (plugin) => E.isRight(this.#slots.locate(plugin)),
        reloadAndTell: (plugin) => this.reloadAndTell(plugin),
      },
      this.requests,
    );
    this.attempts = new Attempts({
      slots: this.#slots.byName,
      sources: this.sources,
      locate: (plugin) => this.#slots.locate(plugin),
    });
    this.#onFilesChange = onFilesChange;
    this.firstLoads = new FirstLoads(this.sources.folders, () => this.slots, environment);
  }

  get slots(): readonly PluginSlot[] {
    return this.#slots.all;
  }

  /** What `WatchedPaths` asks. */
  get watched(): Pick<PluginSlots, 'byName' | 'takeTouched'> {
    return this.#slots;
  }

  get names(): readonly string[] {
    return this.#slots.names;
  }

  slot(plugin: string): PluginSlot | undefined {
    return this.#slots.get(plugin);
  }

  get isClosed(): boolean {
    return this.#slots.isClosed;
  }

  /** Creates no slot from now on, and ends all plugins. */
  async close(): Promise<void> {
    this.#slots.isClosed = true;
    await Promise.all(
      this.slots.map(async (slot) => {
        const unloaded = await closeSlot(slot);
        if (E.isLeft(unloaded)) slot.environment.report(unloaded.left);
        slot.gate.serve(undefined);
        this.forget(slot);
      }),
    );
    this.firstLoads.close();
  }

  /** Forgets a plugin that was unloaded, unless another slot has its name by now. */
  forget(slot: PluginSlot): void {
    this.#slots.forget(slot);
  }

  /** Loads the plugin at a location. `root`: the default for paths in errors. */
  async load(location: PluginLocation, root: string): Promise<E.Either<ReloadError, LoadResult>> {
    const { folder } = location;
    const loaded = await this.firstLoads.during(folder, () =>
      this.#loadOrReload({ location, root }, {}, new Set()),
    );
    if (E.isLeft(loaded)) return loaded;
    const { slot, from, to } = loaded.right;
    if (from === 0) tellTakenBack(slot);
    // Taken from the slot, not from this reload: if another plugin needed this one, it serves already, and the caller does not know its
    // state yet.
    const { restored } = slot;
    return E.right({ plugin: slot.name, version: to, ...(restored && { restored }) });
  }

  /** Starts to load all plugins of a directory at once. One result per folder that has a manifest, in order of name. */
  loadEach(dir: string): readonly Promise<E.Either<ReloadError, LoadResult>>[] {
    const { folders } = this.sources;
    folders.addDirectory(dir);
    const found = attemptRead(() => folders.under(dir), dir);
    this.attempts.listed(dir, E.isLeft(found) ? [] : found.right);
    if (E.isLeft(found)) {
      const { path, code } = found.left;
      const failure = ioFailure('', displayPath(dirname(dir), path), code);
      this.firstLoads.noteEnd(dir, failure);
      return [Promise.resolve(E.left(failure))];
    }
    folders.noteDangling(dir, found.right);
    this.firstLoads.noteEnd(dir, undefined);
    return found.right.map((folder) =>
      withoutRejection(basename(folder), () => this.load(folders.locationOf(folder), dir)),
    );
  }

  /** Loads the files of a plugin on disk as the version that serves. */
  reload(plugin: string, options: ReloadOptions): Promise<E.Either<ReloadError, ReloadResult>> {
    return this.#reload(plugin, options, new Set());
  }

  /** Reloads a plugin because somebody called for it: by the pipeline, if there is one. `directly`: how without one. */
  async order(
    plugin: string,
    options: ReloadOptions,
    directly = () => this.reload(plugin, options),
  ): Promise<E.Either<ReloadError, ReloadResult>> {
    // What cannot be found is no work for a pipeline.
    if (E.isLeft(this.#slots.locate(plugin))) return directly();
    const wanted = { plugin, cause: 'order', isUrgent: true, options, directly } as const;
    return (await this.requests.reload(wanted)) ?? this.reload(plugin, options);
  }

  /** Reloads the files of a plugin without a pipeline, and tells how that ended. */
  reloadAndTell(plugin: string): Promise<E.Either<ReloadError, ReloadResult>> {
    return this.#reloadAndTell(plugin, new Set());
  }

  /** Has the dependencies reloaded that a reload of the plugin needs, and waits for them. */
  async loadDependencies(plugin: string): Promise<void> {
    const source = this.#slots.locate(plugin);
    if (E.isLeft(source)) return;
    const manifest = await this.sources.manifestNow(
      source.right.location,
      this.#slots.get(plugin)?.serving?.version.manifest,
    );
    if (manifest !== undefined) await this.dependencies.prepare(plugin, manifest);
  }

  /** Unloads the plugin that has the slot's name by the time this work runs. */
  async unload({ name, runExclusive }: PluginSlot, onCommit?: () => void) {
    const unloaded = await runExclusive(async () => {
      const slot = this.#slots.get(name);
      if (slot === undefined) return E.right(undefined);
      const ended = await unloadSlot(slot, onCommit);
      // Still inside the exclusive work: the next work on the plugin may load it again, into a new slot.
      if (E.isRight(ended)) this.forget(slot);
      return ended;
    });
    this.#onFilesChange();
    return unloaded;
  }

  /** Unloads a plugin, and tells it in the runtime's own events. */
  async unloadTold(slot: PluginSlot): Promise<E.Either<ReloadError, void>> {
    const ended = await this.unload(slot);
    const { emit } = this.sources.environment;
    if (E.isRight(ended)) emit({ _tag: 'Removed', plugin: slot.name, changes: [] });
    return ended;
  }

  /** The plugins that a change of a path concerns. */
  pluginsOf(path: string): readonly string[] {
    const { byName, index } = this.#slots;
    return pluginsConcernedBy(path, { byName, index, folders: this.sources.folders });
  }

  /** Some plugin that runs has found a file more. */
  noteFiles(): void {
    this.#slots.touchAll();
    this.#onFilesChange();
  }

  /** Reads and compiles the files of a plugin on disk, without running any of them. */
  async build(plugin: string): Promise<E.Either<ReloadError, PluginCode>> {
    const source = this.#slots.locate(plugin);
    if (E.isLeft(source)) return source;
    const { location, root } = source.right;
    const slot = this.#slots.get(plugin);
    const build = await (slot?.build() ??
      buildCode(this.sources.environmentAt(location.folder, root), location));
    return build.result;
  }

  /**
   * `tried`: the plugins that the same request has already tried to load. Each is tried only once, also in a dependency cycle. This method
   * adds to the set.
   */
  async #reload(
    plugin: string,
    options: ReloadOptions,
    tried: Set<string>,
  ): Promise<E.Either<ReloadError, ReloadResult>> {
    const source = this.#slots.locate(plugin);
    if (E.isLeft(source)) return this.attempts.foundNone(plugin, source);
    const reloaded = await this.#loadOrReload(source.right, options, tried);
    if (E.isLeft(reloaded)) return reloaded;
    const { from, to, stageMs, restored, fingerprint } = reloaded.right;
    return E.right({
      from,
      to,
      stageMs,
      ...(restored && { restored }),
      ...(fingerprint !== undefined && { fingerprint }),
    });
  }

  async #reloadAndTell(
    plugin: string,
    tried: Set<string>,
  ): Promise<E.Either<ReloadError, ReloadResult>> {
    const reloaded = await withoutRejection(plugin, () => this.#reload(plugin, {}, tried));
    const slot = this.#slots.get(plugin);
    const { emit } = this.sources.environment;
    if (E.isLeft(reloaded) && reloaded.left._tag === 'PluginGone' && slot !== undefined) {
      await this.unloadTold(slot);
      return reloaded;
    }
    for (const event of orderedReloadEvents(plugin, slot?.version ?? 0, reloaded)) emit(event);
    return reloaded;
  }

  async #loadOrReload(
    { location, root }: PluginSource,
    options: ReloadOptions,
    tried: Set<string>,
  ): Promise<E.Either<ReloadError, ReloadResult & { readonly slot: PluginSlot }>> {
    const opened = await this.#slots.open({ location, root });
    if (E.isLeft(opened)) {
      this.#onFilesChange();
      return this.attempts.refused(opened);
    }
    const { name, gate } = opened.right;
    // Until the end of this work a plugin that does not serve may come to serve: its calls wait.
    gate.await();
    this.firstLoads.opened(opened.right);
    const reloaded = await this.dependencies
      .during(name, async () => {
        await this.#loadDependencies(opened.right, location, options, tried);
        return opened.right.runExclusive(async () => {
          const slot = this.#slots.current(opened.right);
          if (slot === undefined) return E.left(runtimeClosed(name));
          if (slot !== opened.right) slot.gate.await();
          const hasMoved = slot.location.folder !== location.folder;
          slot.location = location;
          slot.files.onChange();
          slot.waiting = undefined;
          const result = await reloadSlot(slot, options, this.#others).finally(() => {
            if (slot !== opened.right) slot.gate.endAwait();
          });
          slot.lastFailure = E.isLeft(result) ? result.left : undefined;
          if (hasMoved) this.dependencies.changed(name);
          return E.isLeft(result) ? result : E.right({ slot, ...result.right });
        });
      })
      .finally(() => {
        gate.endAwait();
        this.firstLoads.tellEnd();
      });
    // A failure of the same folder may have had another name.
    if (E.isRight(reloaded)) this.firstLoads.noteEnd(location.folder, undefined);
    this.attempts.ended(name);
    this.#slots.noteEnd(name);
    this.#onFilesChange();
    return reloaded;
  }

  /**
   * Loads the dependencies that do not serve, or not in a version that fits: they may be on disk. When that fails, the plugin's own
   * check of its dependencies reports it. A pipeline has done that before its attempt.
   */
  async #loadDependencies(
    slot: PluginSlot,
    location: PluginLocation,
    { cause }: ReloadOptions,
    tried: Set<string>,
  ): Promise<void> {
    const { isAttached } = this.requests;
    if (isAttached && cause !== undefined) return;
    tried.add(slot.name);
    const manifest = await this.sources.manifestNow(location, slot.serving?.version.manifest);
    for (const [plugin, range] of Object.entries(manifest?.dependencies ?? {})) {
      if (tried.has(plugin) || !this.dependencies.isWorthReload(plugin, range)) continue;
      tried.add(plugin);
      if (this.#isBeingLoaded(plugin)) await this.#reload(plugin, {}, tried);
      else if (isAttached) await this.dependencies.ask(plugin, range);
      else await this.#reloadAndTell(plugin, tried);
    }
  }

  #isBeingLoaded(plugin: string): boolean {
    const source = this.#slots.locate(plugin);
    return E.isRight(source) && this.firstLoads.isUnderWay(source.right.location.folder);
  }
}
