import { basename, dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ReloadError } from '../model/reload/ReloadError.js';
import type { ReloadOptions, ReloadResult } from '../model/reload/ReloadTarget.js';
import { ioFailure, runtimeClosed } from '../model/reload/failures.js';
import { toReloadError } from '../model/reload/toReloadError.js';
import { attemptRead } from '../modules/files/readStableText.js';
import { displayPath } from '../modules/places/sourcePlace.js';
import type { PluginLocation } from './manifest/findManifest.js';
import { semverRange } from './manifest/semverRange.js';
import type { PluginRegistry } from './registry/PluginRegistry.js';
import type { PluginSlot } from './slot/PluginSlot.js';
import { reloadSlot } from './slot/reloadSlot.js';

/** A plugin that serves after a load; `restored` says which state it started from. */
export interface LoadResult {
  readonly plugin: string;
  readonly version: number;
  readonly restored?: { readonly bytes: number; readonly sha256: string };
}

/** Brings plugins into service, what they depend on first, and out of it. */
export class PluginLoader {
  constructor(
    readonly registry: PluginRegistry,
    /** Told when what is watched may have changed. */
    readonly onChange: () => void,
  ) {}

  async load(location: PluginLocation, root: string): Promise<E.Either<ReloadError, LoadResult>> {
    const loaded = await this.#bring(location, root, {}, new Set());
    if (E.isLeft(loaded)) return loaded;
    const { slot, to } = loaded.right;
    // A plugin that another one needed serves already; what it started from is still news to the caller.
    const { restored } = slot;
    return E.right({ plugin: slot.name, version: to, ...(restored && { restored }) });
  }

  /** Starts to load each folder, all at once: one result a folder, in order of name. */
  loadEach(root: string): readonly Promise<E.Either<ReloadError, LoadResult>>[] {
    const { folders } = this.registry;
    folders.addRoot(root);
    const found = attemptRead(() => folders.under(root), root);
    if (E.isLeft(found)) {
      return [
        Promise.resolve(
          E.left(ioFailure('', displayPath(dirname(root), found.left.path), found.left.code)),
        ),
      ];
    }
    return found.right.map((folder) =>
      settled(basename(folder), () => this.load(folders.locationOf(folder), root))(),
    );
  }

  /** `tried`: the plugins that were tried for the same order, those that wait for this one among them; it is added to. */
  async reload(
    plugin: string,
    options: ReloadOptions,
    tried = new Set<string>(),
  ): Promise<E.Either<ReloadError, ReloadResult>> {
    const place = this.registry.place(plugin);
    if (E.isLeft(place)) return place;
    const { location, root } = place.right;
    const reloaded = await this.#bring(location, root, options, tried);
    if (E.isLeft(reloaded)) return reloaded;
    const { from, to, stageMs, restored } = reloaded.right;
    return E.right({ from, to, stageMs, ...(restored && { restored }) });
  }

  /** Whatever has the slot's name when its turn comes is ended. */
  async unload({ name, exclusively }: PluginSlot): Promise<E.Either<ReloadError, void>> {
    const unloaded = await exclusively(async () => {
      const slot = this.registry.slot(name);
      if (slot === undefined) return E.right(undefined);
      const ended = await slot.unload();
      // Before the next piece of work on the plugin, which may bring it back.
      if (E.isRight(ended)) this.registry.forget(slot);
      return ended;
    });
    this.onChange();
    return unloaded;
  }

  async #bring(
    location: PluginLocation,
    root: string,
    options: ReloadOptions,
    tried: Set<string>,
  ): Promise<E.Either<ReloadError, ReloadResult & { readonly slot: PluginSlot }>> {
    const opened = await this.registry.open(location, root);
    if (E.isLeft(opened)) {
      this.onChange();
      return opened;
    }
    await this.#bringDependencies(opened.right, location, tried);
    const reloaded = await opened.right.exclusively(async () => {
      const slot = this.registry.inForce(opened.right);
      if (slot === undefined) return E.left(runtimeClosed(opened.right.name));
      slot.location = location;
      const result = await reloadSlot(slot, options);
      return E.isLeft(result) ? result : E.right({ slot, ...result.right });
    });
    this.onChange();
    return reloaded;
  }

  /** What is not there yet, or not in a version that fits, may be on disk. When it fails too, the plugin's own check says so. */
  async #bringDependencies(
    slot: PluginSlot,
    location: PluginLocation,
    tried: Set<string>,
  ): Promise<void> {
    tried.add(slot.name);
    const manifest = await this.registry.manifestAt(slot, location);
    for (const [plugin, range] of Object.entries(manifest?.dependencies ?? {})) {
      const serving = this.registry.slot(plugin)?.serving?.version.manifest.manifest.version;
      const fits = serving !== undefined && semverRange.satisfies(serving, range);
      if (fits || tried.has(plugin)) continue;
      tried.add(plugin);
      await this.reload(plugin, {}, tried);
    }
  }
}

/** One plugin as `plugins()` lists it. `failed`: it was tried and nothing serves; version 0 then. */
export interface PluginListing {
  readonly plugin: string;
  readonly version: number;
  readonly status: 'serving' | 'failed';
}

/** A task that never rejects: what is thrown on the way, by a port of the host's own or by a mistake of ours, is a failure. */
export function settled<A>(
  plugin: string,
  task: () => Promise<E.Either<ReloadError, A>>,
): TaskEither<ReloadError, A> {
  return async () => {
    try {
      return await task();
    } catch (error) {
      return E.left(toReloadError(plugin, error));
    }
  };
}
