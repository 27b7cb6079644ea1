import { basename, dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import {
  ioFailure,
  nameTaken,
  pluginGone,
  pluginNotFound,
  runtimeClosed,
} from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { ReloadOptions, ReloadResult } from '../../model/reload/ReloadTarget.js';
import { toReloadError } from '../../model/reload/toReloadError.js';
import { attemptRead } from '../../modules/files/readStableText.js';
import { looksUnchanged } from '../../modules/files/unchanged.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { buildCode } from '../code/buildCode.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { RuntimeEnvironment, SharedEnvironment } from '../environment/RuntimeEnvironment.js';
import type { HostManifests } from '../manifest/dependencyProblem.js';
import type { PluginLocation } from '../manifest/findManifest.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import { semverRange } from '../manifest/semverRange.js';
import { restartCrashed } from '../recovery/restartVersion.js';
import { rollBack } from '../recovery/rollBack.js';
import { reloadSlot } from '../reload/reloadSlot.js';
import { createLastingParts, type LastingParts } from '../slot/LastingParts.js';
import { PluginSlot, type Recovery } from '../slot/PluginSlot.js';
import { unloadSlot } from '../slot/unloadSlot.js';
import { PluginSources } from './PluginSources.js';

/** A plugin that serves after it was loaded. */
export interface LoadResult {
  /** The name in its manifest. */
  readonly plugin: string;
  /** The number of the version that serves, from 1. */
  readonly version: number;
  /** Size and hash (SHA-256 in hex, of the JSON text) of the state that it started from. Absent: it started without a state. */
  readonly restored?: { readonly bytes: number; readonly sha256: string };
}

export interface RegistryOptions {
  readonly environment: SharedEnvironment;
  /** Paths in errors are relative to it. Default: the directory that is loaded, or the parent of the plugin's folder. */
  readonly root: string | undefined;
  /** Called when the files that the plugins use may have changed, and so what must be watched. */
  readonly onFilesChange: () => void;
}

/** Where a plugin is loaded from. */
interface PluginSource {
  readonly location: PluginLocation;
  /** What paths in its errors are relative to, where the host gave no root. */
  readonly root: string;
}

const recovery: Recovery = { restartCrashed, rollBack };

/** The plugins of one runtime: it finds them on disk, loads them, dependencies first, reloads them and unloads them. */
export class PluginRegistry {
  readonly sources: PluginSources;
  readonly #onFilesChange: () => void;
  /** By name: the plugins that are loaded, and those whose first load failed. A plugin that was unloaded has no slot. */
  readonly #slots = new Map<string, PluginSlot>();
  /** By name, also of plugins that were unloaded: they are kept until the runtime ends. */
  readonly #lasting = new Map<string, LastingParts>();
  /** Read by the check of dependencies, which is part of each reload. */
  readonly #manifests: HostManifests = {
    serving: () => this.slots.flatMap((slot) => slot.serving?.version.manifest.manifest ?? []),
    onDisk: () => this.sources.readManifests(),
  };
  /** After `close` no slot is created, because nobody would end what runs in it. */
  #isClosed = false;

  constructor({ environment, root, onFilesChange }: RegistryOptions) {
    this.sources = new PluginSources(environment, root);
    this.#onFilesChange = onFilesChange;
  }

  get slots(): readonly PluginSlot[] {
    return [...this.#slots.values()];
  }

  get names(): readonly string[] {
    return [...this.#slots.keys()];
  }

  slot(plugin: string): PluginSlot | undefined {
    return this.#slots.get(plugin);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** Creates no slot from now on. It does not unload the plugins. */
  close(): void {
    this.#isClosed = true;
  }

  /** Forgets a plugin that was unloaded, unless another slot has its name by now. */
  forget(slot: PluginSlot): void {
    if (this.#slots.get(slot.name) === slot) this.#slots.delete(slot.name);
  }

  /** Loads the plugin at a location. `root`: the default for paths in errors. */
  async load(location: PluginLocation, root: string): Promise<E.Either<ReloadError, LoadResult>> {
    const loaded = await this.#loadOrReload({ location, root }, {}, new Set());
    if (E.isLeft(loaded)) return loaded;
    const { slot, to } = loaded.right;
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
    if (E.isLeft(found)) {
      const { path, code } = found.left;
      return [Promise.resolve(E.left(ioFailure('', displayPath(dirname(dir), path), code)))];
    }
    return found.right.map((folder) =>
      withoutRejection(basename(folder), () => this.load(folders.locationOf(folder), dir)),
    );
  }

  /** Loads the files of a plugin on disk as the version that serves. */
  reload(plugin: string, options: ReloadOptions): Promise<E.Either<ReloadError, ReloadResult>> {
    return this.#reload(plugin, options, new Set());
  }

  /** Unloads the plugin that has the slot's name by the time this work runs. */
  async unload({ name, runExclusive }: PluginSlot): Promise<E.Either<ReloadError, void>> {
    const unloaded = await runExclusive(async () => {
      const slot = this.#slots.get(name);
      if (slot === undefined) return E.right(undefined);
      const ended = await unloadSlot(slot);
      // Still inside the exclusive work: the next work on the plugin may load it again, into a new slot.
      if (E.isRight(ended)) this.forget(slot);
      return ended;
    });
    this.#onFilesChange();
    return unloaded;
  }

  /** Reads and compiles the files of a plugin on disk, without running any of them. */
  async build(plugin: string): Promise<E.Either<ReloadError, PluginCode>> {
    const source = this.#locate(plugin);
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
    const source = this.#locate(plugin);
    if (E.isLeft(source)) return source;
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

  /** Where a plugin, loaded or not, is to be loaded from. A folder that was renamed is found under its new name. */
  #locate(plugin: string): E.Either<ReloadError, PluginSource> {
    const slot = this.#slots.get(plugin);
    if (slot !== undefined && this.sources.isDirectory(slot.location.folder)) {
      return E.right({ location: slot.location, root: slot.environment.root });
    }
    const { folders } = this.sources;
    const free = folders.all.filter((folder) => this.#slotIn(folder) === undefined);
    const folder =
      free.find((candidate) => folders.isNamed(candidate, plugin)) ??
      // A guess finds what is to be read again after a failure, and never another place for a plugin that has one.
      (slot === undefined
        ? free.find((candidate) => folders.nameOf(candidate) === plugin)
        : undefined) ??
      free.find((candidate) => basename(candidate) === plugin);
    if (folder !== undefined) {
      return E.right({ location: folders.locationOf(folder), root: dirname(folder) });
    }
    if (slot === undefined) return E.left(pluginNotFound(plugin, this.names));
    const { location, environment } = slot;
    return E.left(pluginGone(plugin, displayPath(environment.root, location.folder)));
  }

  async #loadOrReload(
    { location, root }: PluginSource,
    options: ReloadOptions,
    tried: Set<string>,
  ): Promise<E.Either<ReloadError, ReloadResult & { readonly slot: PluginSlot }>> {
    const opened = await this.#openSlot(location, root);
    if (E.isLeft(opened)) {
      this.#onFilesChange();
      return opened;
    }
    await this.#loadDependencies(opened.right, location, tried);
    const reloaded = await opened.right.runExclusive(async () => {
      const slot = this.#currentSlot(opened.right);
      if (slot === undefined) return E.left(runtimeClosed(opened.right.name));
      slot.location = location;
      const result = await reloadSlot(slot, options, this.#manifests);
      return E.isLeft(result) ? result : E.right({ slot, ...result.right });
    });
    this.#onFilesChange();
    return reloaded;
  }

  /** The slot of the plugin that the manifest at a location names; a new one when there is none. */
  async #openSlot(
    location: PluginLocation,
    root: string,
  ): Promise<E.Either<ReloadError, PluginSlot>> {
    const { folder } = location;
    const serving = this.#slotIn(folder);
    if (serving !== undefined && serving.version > 0) return E.right(serving);
    const read = await this.sources.readManifest(location, root);
    if (E.isLeft(read)) return read;
    const { path, manifest } = read.right;
    const { name } = manifest;
    if (this.#isClosed) return E.left(runtimeClosed(name));
    // Another load of the same folder may have gone on while the manifest was read.
    const own = this.#slotIn(folder);
    if (own !== undefined && own.version > 0) return E.right(own);
    const environment = this.sources.environmentAt(folder, root);
    const taken = this.#slots.get(name);
    if (taken === undefined || taken === own) {
      // No version serves from this folder, and its manifest has another name than at the last attempt.
      if (own !== undefined && own.name !== name) this.forget(own);
      return E.right(taken ?? this.#addSlot(environment, name, location));
    }
    // A plugin whose folder was renamed, or whose manifest now has another name, leaves its name to this folder.
    if (this.sources.folders.hasLeft(name, taken.location, environment.files)) {
      return E.right(taken);
    }
    const file = displayPath(environment.root, path);
    const takenBy = displayPath(environment.root, taken.location.folder);
    return E.left(nameTaken(name, file, takenBy));
  }

  /**
   * Loads the dependencies that do not serve, or not in a version that fits: they may be on disk. When that fails, the plugin's own
   * check of its dependencies reports it.
   */
  async #loadDependencies(
    slot: PluginSlot,
    location: PluginLocation,
    tried: Set<string>,
  ): Promise<void> {
    tried.add(slot.name);
    const manifest = await this.#manifestAt(slot, location);
    for (const [plugin, range] of Object.entries(manifest?.dependencies ?? {})) {
      const serving = this.#slots.get(plugin)?.serving?.version.manifest.manifest.version;
      const fits = serving !== undefined && semverRange.satisfies(serving, range);
      if (fits || tried.has(plugin)) continue;
      tried.add(plugin);
      await this.#reload(plugin, {}, tried);
    }
  }

  /** The manifest of a location as it is now. If its file has not changed, this is the manifest of the serving version. */
  async #manifestAt(slot: PluginSlot, location: PluginLocation): Promise<Manifest | undefined> {
    const { files } = this.sources.environmentAt(location.folder);
    const served = slot.serving?.version.manifest;
    if (served && looksUnchanged(files, served.path, served.identity)) return served.manifest;
    const read = await this.sources.readManifest(location);
    return E.isRight(read) ? read.right.manifest : undefined;
  }

  /** The slot that has the name of `slot` now: that one may have been unloaded meanwhile. Undefined: the runtime is closed. */
  #currentSlot({ name, environment, location }: PluginSlot): PluginSlot | undefined {
    const current = this.#slots.get(name);
    if (current !== undefined || this.#isClosed) return current;
    return this.#addSlot(environment, name, location);
  }

  #addSlot(environment: RuntimeEnvironment, name: string, location: PluginLocation): PluginSlot {
    const lasting = this.#lasting.get(name) ?? createLastingParts(name, environment.store);
    this.#lasting.set(name, lasting);
    const slot = new PluginSlot(name, { environment, location, lasting, recovery });
    this.#slots.set(name, slot);
    return slot;
  }

  #slotIn(folder: string): PluginSlot | undefined {
    return this.slots.find(({ location }) => location.folder === folder);
  }
}

/** Turns an error that a port of the host throws, or a bug of hotpipe, into a Left: the methods of a runtime never reject. */
export async function withoutRejection<A>(
  plugin: string,
  work: () => Promise<E.Either<ReloadError, A>>,
): Promise<E.Either<ReloadError, A>> {
  try {
    return await work();
  } catch (error) {
    return E.left(toReloadError(plugin, error));
  }
}
