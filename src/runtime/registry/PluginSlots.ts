import * as E from 'fp-ts/lib/Either.js';
import { runtimeClosed } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { nameTaken } from '../../model/reload/sourceFailures.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import type { RuntimeEnvironment } from '../environment/RuntimeEnvironment.js';
import type { PluginLocation } from '../manifest/findManifest.js';
import type { Manifest } from '../manifest/manifestKeys.js';
import { restartCrashed } from '../recovery/restartVersion.js';
import { rollBack } from '../recovery/rollBack.js';
import { createLastingParts, type LastingParts } from '../slot/LastingParts.js';
import { PluginSlot, type Recovery } from '../slot/PluginSlot.js';
import { hasLeftItsPlace, locatePlugin, type PluginSource, slotsIn } from './locatePlugin.js';
import { PluginIndex } from './PluginIndex.js';
import type { PluginSources } from './PluginSources.js';
import type { ReloadRequests } from './ReloadRequests.js';

/**
 * The slots of a runtime, by the names of their plugins. A name keeps its slot, and so its versions and its state, wherever the folder is
 * whose manifest says it.
 */
export class PluginSlots {
  /** The plugins that are loaded, and those whose first load failed. A plugin that was unloaded has no slot. */
  readonly byName = new Map<string, PluginSlot>();
  /** Which of them use a path. */
  readonly index = new PluginIndex();
  /** After that no slot is created, because nobody would end what runs in it. */
  isClosed = false;
  readonly #touched = new Set<PluginSlot>();
  /** By plugin: those that a version which served since has depended on it. Some may not any more. */
  readonly #dependants = new Map<string, Set<string>>();
  /** By name, also of plugins that were unloaded: they are kept until the runtime ends. */
  readonly #lasting = new Map<string, LastingParts>();
  readonly #recovery: Recovery = {
    restartCrashed: (slot, instance) =>
      this.requests.swap(
        {
          plugin: slot.name,
          cause: 'restart',
          isUrgent: true,
          isNeeded: () => slot.isServing(instance),
          work: (options) => restartCrashed(slot, instance, options),
        },
        () => E.right(undefined),
      ),
    rollBack,
  };

  /** `onChange`: called when a version of the plugin comes to serve, and when the plugin is gone. */
  constructor(
    readonly sources: PluginSources,
    readonly requests: ReloadRequests,
    readonly onChange: (plugin: string) => void,
  ) {}

  get all(): readonly PluginSlot[] {
    return [...this.byName.values()];
  }

  /** For whoever watches: the plugins whose files, or whose place, may be others than when this was last asked. */
  takeTouched(): readonly PluginSlot[] {
    this.index.begin();
    const touched = [...this.#touched].filter((slot) => this.byName.get(slot.name) === slot);
    this.#touched.clear();
    return touched;
  }

  /** An attempt to load a plugin has ended. */
  noteEnd(plugin: string): void {
    const slot = this.byName.get(plugin);
    if (slot !== undefined) this.index.update(slot);
  }

  /** Any plugin may have found a file more. */
  touchAll(): void {
    for (const slot of this.byName.values()) this.#touch(slot);
  }

  #touch(slot: PluginSlot): void {
    this.#touched.add(slot);
    // A slot that is being made is not in the map yet; a version of one that is gone may still end.
    if (this.byName.get(slot.name) === slot) this.index.touch(slot);
  }

  get names(): readonly string[] {
    return [...this.byName.keys()];
  }

  get(plugin: string): PluginSlot | undefined {
    return this.byName.get(plugin);
  }

  /** The manifests of the versions that serve and depend on a plugin. */
  dependants(plugin: string): readonly Manifest[] {
    const found: Manifest[] = [];
    for (const name of this.#dependants.get(plugin) ?? []) {
      const manifest = this.#manifestOf(name);
      if (manifest !== undefined && Object.hasOwn(manifest.dependencies ?? {}, plugin)) {
        found.push(manifest);
      }
    }
    return found;
  }

  #manifestOf(plugin: string): Manifest | undefined {
    return this.byName.get(plugin)?.serving?.version.manifest.manifest;
  }

  /** In COMMIT: another version of the plugin serves. */
  #noteServing(plugin: string): void {
    for (const needed of Object.keys(this.#manifestOf(plugin)?.dependencies ?? {})) {
      const names = this.#dependants.get(needed) ?? new Set();
      this.#dependants.set(needed, names.add(plugin));
    }
    this.onChange(plugin);
  }

  /** Forgets a plugin that was unloaded, unless another slot has its name by now. */
  forget(slot: PluginSlot): void {
    if (this.byName.get(slot.name) !== slot) return;
    this.byName.delete(slot.name);
    this.#touched.delete(slot);
    this.index.forget(slot);
    this.sources.forget(slot.location);
    this.onChange(slot.name);
  }

  /** The slot of the plugin that the manifest at a location names; a new one when there is none. */
  async open({ location, root }: PluginSource): Promise<E.Either<ReloadError, PluginSlot>> {
    const { folder } = location;
    const serving = this.#servingIn(location);
    if (serving !== undefined) return E.right(serving);
    const read = await this.sources.readManifest(location, root);
    if (E.isLeft(read)) return read;
    const { path, manifest } = read.right;
    const { name } = manifest;
    if (this.isClosed) return E.left(runtimeClosed(name));
    const environment = this.sources.environmentAt(folder, root);
    const taken = this.byName.get(name);
    if (taken === undefined || taken.location.folder === folder) {
      // No version serves from this folder, and its manifest has another name than at the last attempt. A pipeline tells that.
      for (const own of slotsIn(folder, this.byName)) {
        if (own.name !== name && own.version === 0 && !this.requests.isAttached) this.forget(own);
      }
      return E.right(this.byName.get(name) ?? this.#add(environment, name, location));
    }
    // A plugin whose folder was renamed, or whose manifest now has another name, leaves its name to this folder.
    if (hasLeftItsPlace(taken, this.sources)) return E.right(taken);
    const file = displayPath(environment.root, path);
    const takenBy = displayPath(environment.root, taken.location.folder);
    return E.left(nameTaken(name, file, takenBy));
  }

  /** Where the plugin of a name is now. While another has its name, the slot waits for that one. */
  locate(plugin: string): E.Either<ReloadError, PluginSource> {
    const locate = () => locatePlugin(plugin, this.byName, this.sources);
    const isTaken = (source: E.Either<ReloadError, PluginSource>) =>
      E.isLeft(source) && source.left._tag === 'NameTaken';
    const source = locate();
    const slot = this.get(plugin);
    // The name that another plugin has may become free.
    if (slot !== undefined && isTaken(source)) {
      const blockers = new Set(this.names.filter((name) => name !== plugin));
      slot.waiting = { blockers, isOver: () => Promise.resolve(!isTaken(locate())) };
    }
    return source;
  }

  /** The slot that has the name of `slot` now: that one may have been unloaded meanwhile. Undefined: the runtime is closed. */
  current({ name, environment, location }: PluginSlot): PluginSlot | undefined {
    const current = this.byName.get(name);
    if (current !== undefined || this.isClosed) return current;
    return this.#add(environment, name, location);
  }

  #add(environment: RuntimeEnvironment, name: string, location: PluginLocation): PluginSlot {
    const lasting = this.#lasting.get(name) ?? createLastingParts(name, environment.store);
    this.#lasting.set(name, lasting);
    const slot = new PluginSlot(name, {
      environment,
      location,
      lasting,
      recovery: this.#recovery,
      onServing: (plugin) => this.#noteServing(plugin),
      onFiles: () => this.#touch(slot),
    });
    this.byName.set(name, slot);
    this.#touch(slot);
    return slot;
  }

  /** The plugin that serves from a location. One whose name the manifest there does not say any more has left it. */
  #servingIn(location: PluginLocation): PluginSlot | undefined {
    const serving = slotsIn(location.folder, this.byName).filter(({ version }) => version > 0);
    if (serving.length === 0) return undefined;
    const found = this.sources.folders.nameAt(location);
    return found.kind === 'named' ? serving.find(({ name }) => name === found.name) : serving[0];
  }
}
