import { basename, dirname } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { isUnder } from '../../model/paths.js';
import type { PluginGone, ReloadError } from '../../model/reload/ReloadError.js';
import { buildCode } from '../code/buildCode.js';
import { createLane, type Lane } from '../../model/turns.js';
import { dependencyProblem, type DependencyProblem } from '../manifest/dependencyProblem.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import {
  findManifest,
  manifestNames,
  peekName,
  type PluginLocation,
} from '../manifest/findManifest.js';
import { tryStat } from '../../modules/files/PluginFiles.js';
import { looksUnchanged } from '../../modules/files/unchanged.js';
import type { Manifest } from '../manifest/Manifest.js';
import { PluginFolders } from './PluginFolders.js';
import {
  nameTaken,
  pluginGone,
  pluginNotFound,
  runtimeClosed,
} from '../../model/reload/failures.js';
import { PluginGrants } from '../slot/PluginGrants.js';
import { PluginSlot } from '../slot/PluginSlot.js';
import { PluginStates } from '../protocol/PluginStates.js';
import { outsideOf } from './outsideOf.js';
import { readManifest } from '../manifest/readManifest.js';
import type { RuntimeEnvironment, SharedEnvironment } from '../environment/RuntimeEnvironment.js';
import { withWaiting } from './withWaiting.js';

export interface PluginPlace {
  readonly location: PluginLocation;
  readonly root: string;
}

/** What a name keeps when its plugin is unloaded and loaded again. */
interface LastingParts {
  readonly states: PluginStates;
  readonly grants: PluginGrants;
  readonly exclusively: Lane;
}

/** Which plugins there are, where they live, and which files concern them. */
export class PluginRegistry {
  readonly folders: PluginFolders;
  readonly #slots = new Map<string, PluginSlot>();
  readonly #lasting = new Map<string, LastingParts>();
  #isClosed = false;

  constructor(
    readonly environment: SharedEnvironment,
    readonly root: string | undefined,
  ) {
    this.folders = new PluginFolders(environment.files);
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
  forget(slot: PluginSlot): void {
    if (this.#slots.get(slot.name) === slot) this.#slots.delete(slot.name);
  }
  get isClosed(): boolean {
    return this.#isClosed;
  }
  /** From now on no slot comes into being. */
  close(): void {
    this.#isClosed = true;
  }

  /** The slot that has this one's name when its turn comes: it may have been unloaded meanwhile. Undefined: the runtime is closed. */
  inForce(slot: PluginSlot): PluginSlot | undefined {
    const current = this.#slots.get(slot.name);
    if (current !== undefined || this.#isClosed) return current;
    return this.#addSlot(slot.environment, slot.name, slot.location);
  }

  /** A manifest's path, or a folder's, as a location. */
  locationOf(path: string): PluginLocation {
    const isFolder = this.#kind(path) === 'directory';
    if (isFolder) return { folder: path, manifestPath: undefined };
    const isUsual = manifestNames.some((name) => name === basename(path));
    return { folder: dirname(path), manifestPath: isUsual ? undefined : path };
  }

  /** Where a plugin, loaded or not, is to be loaded from. A folder that was renamed is found under its new name. */
  place(plugin: string): E.Either<ReloadError, PluginPlace> {
    const slot = this.#slots.get(plugin);
    if (slot !== undefined && this.#kind(slot.location.folder) === 'directory') {
      return E.right({ location: slot.location, root: slot.environment.root });
    }
    const free = this.folders.all.filter((folder) => this.#slotIn(folder) === undefined);
    const folder =
      free.find((candidate) => this.folders.nameOf(candidate) === plugin) ??
      free.find((candidate) => basename(candidate) === plugin);
    if (folder !== undefined) {
      return E.right({ location: this.folders.locationOf(folder), root: dirname(folder) });
    }
    return E.left(slot === undefined ? pluginNotFound(plugin, this.names) : gone(slot));
  }

  /** The slot for what a location's manifest names; made when it is new. */
  async open(
    location: PluginLocation,
    defaultRoot: string,
  ): Promise<E.Either<ReloadError, PluginSlot>> {
    const { folder } = location;
    const environment = this.#environmentAt(folder, defaultRoot);
    const serving = this.#slotIn(folder);
    if (serving !== undefined && serving.version > 0) return E.right(serving);
    const path = findManifest(environment.files, location);
    const manifest = await readManifest(environment, folder, path);
    if (E.isLeft(manifest)) return manifest;
    const { name } = manifest.right.manifest;
    if (this.#isClosed) return E.left(runtimeClosed(name));
    // Others may have opened one while the manifest was read.
    const own = this.#slotIn(folder);
    if (own !== undefined && own.version > 0) return E.right(own);
    const taken = this.#slots.get(name);
    if (taken === undefined || taken === own) {
      if (own !== undefined && own.name !== name) this.forget(own);
      return E.right(taken ?? this.#addSlot(environment, name, location));
    }
    // A folder that was renamed, or whose manifest now has another name, gives its name up.
    const isMoved = peekName(environment.files, taken.location) !== name;
    return isMoved
      ? E.right(taken)
      : E.left(
          nameTaken(
            name,
            displayPath(environment.root, manifest.right.path),
            displayPath(environment.root, taken.location.folder),
          ),
        );
  }

  /** What a location's manifest says now; of one that has not changed since, what serves. */
  async manifestAt(slot: PluginSlot, location: PluginLocation): Promise<Manifest | undefined> {
    const environment = this.#environmentAt(location.folder);
    const served = slot.serving?.version.manifest;
    const isSame = served && looksUnchanged(environment.files, served.path, served.identity);
    if (isSame) return served.manifest;
    const path = findManifest(environment.files, location);
    const read = await readManifest(environment, location.folder, path);
    return E.isRight(read) ? read.right.manifest : undefined;
  }

  /** What is on disk of a plugin, compiled and thrown away again. */
  async build(plugin: string, { location, root }: PluginPlace) {
    const slot = this.#slots.get(plugin);
    if (slot !== undefined) return (await slot.build()).result;
    return (await buildCode(this.#environmentAt(location.folder, root), location)).result;
  }

  /** The plugin that a path belongs to, those that use it, and those that wait for one of these to serve. */
  pluginsOf(path: string): readonly string[] {
    const { slots } = this;
    const owner = slots.find(({ location: { folder } }) => isInside(path, folder));
    const folder = owner === undefined ? this.folders.owning(path) : undefined;
    const own = owner?.name ?? (folder === undefined ? undefined : this.#candidateName(folder));
    const isFile = tryStat(this.environment.files, path)?.kind === 'file';
    const users = slots.filter(({ files }) => files.concernedBy(path, isFile));
    const concerned = new Set([own ?? [], users.map(({ name }) => name)].flat());
    return withWaiting([...concerned], slots);
  }

  watchPaths(): readonly string[] {
    const folders = this.slots.map(({ location }) => location.folder);
    const base = new Set([...this.folders.watched, ...folders]);
    const isOutside = outsideOf([...base]);
    for (const slot of this.slots) {
      for (const file of slot.files.present()) if (isOutside(file)) base.add(file);
      for (const file of slot.files.missing()) {
        const dir = isOutside(file) ? this.#existing(dirname(file)) : undefined;
        if (dir !== undefined && isOutside(dir)) base.add(dir);
      }
    }
    return [...base].sort();
  }

  /** Asks nothing of the disk where no plugin depends on another. */
  async #problem(manifest: Manifest): Promise<DependencyProblem | undefined> {
    const serving = this.slots.flatMap((slot) => slot.serving?.version.manifest.manifest ?? []);
    const isConcerned =
      manifest.dependencies !== undefined ||
      serving.some(({ dependencies = {} }) => Object.hasOwn(dependencies, manifest.name));
    if (!isConcerned) return undefined;
    const onDisk: Manifest[] = [];
    for (const folder of this.folders.all) {
      const environment = this.#environmentAt(folder);
      const path = findManifest(environment.files, this.folders.locationOf(folder));
      const read = await readManifest(environment, folder, path);
      if (E.isRight(read)) onDisk.push(read.right.manifest);
    }
    return dependencyProblem(manifest, { serving, onDisk });
  }

  #environmentAt(folder: string, defaultRoot = folder): RuntimeEnvironment {
    return {
      ...this.environment,
      files: this.environment.files.seenFrom?.(folder) ?? this.environment.files,
      root: this.root ?? defaultRoot,
      dependencyProblem: (manifest) => this.#problem(manifest),
    };
  }

  /** A second folder with a loaded plugin's name goes by its own, so that its failure is told apart. */
  #candidateName(folder: string): string {
    const name = this.folders.nameOf(folder);
    const taken = this.#slots.get(name);
    const isTaken = taken !== undefined && this.#kind(taken.location.folder) === 'directory';
    return isTaken ? basename(folder) : name;
  }

  #slotIn(folder: string): PluginSlot | undefined {
    return this.slots.find(({ location }) => location.folder === folder);
  }

  #addSlot(environment: RuntimeEnvironment, name: string, location: PluginLocation): PluginSlot {
    const { states, grants, exclusively } = this.#lastingOf(name);
    const slot = new PluginSlot(environment, name, location, states, grants, exclusively);
    this.#slots.set(name, slot);
    return slot;
  }

  #lastingOf(name: string): LastingParts {
    const lasting = this.#lasting.get(name) ?? {
      states: new PluginStates(name, this.environment.store),
      grants: new PluginGrants(),
      exclusively: createLane(),
    };
    this.#lasting.set(name, lasting);
    return lasting;
  }

  #existing(dir: string): string {
    return this.#kind(dir) === 'directory' || dirname(dir) === dir
      ? dir
      : this.#existing(dirname(dir));
  }

  #kind(path: string) {
    return tryStat(this.environment.files, path)?.kind;
  }
}

function isInside(path: string, folder: string): boolean {
  return path === folder || isUnder(path, folder);
}

function gone(slot: PluginSlot): PluginGone {
  return pluginGone(slot.name, displayPath(slot.environment.root, slot.location.folder));
}
