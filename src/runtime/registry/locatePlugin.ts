import { basename, dirname, join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { pluginGone, pluginNotFound } from '../../model/reload/failures.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import { nameTaken } from '../../model/reload/sourceFailures.js';
import { displayPath } from '../../modules/places/sourcePlace.js';
import { findManifest, type PluginLocation } from '../manifest/findManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import { missingManifest } from './missingManifests.js';
import type { PluginSources } from './PluginSources.js';

/** Where a plugin is loaded from. */
export interface PluginSource {
  readonly location: PluginLocation;
  /** What paths in its errors are relative to, where the host gave no root. */
  readonly root: string;
}

type Slots = ReadonlyMap<string, PluginSlot>;

/**
 * Where a plugin, loaded or not, is to be loaded from: the folder whose manifest says its name. A plugin keeps its folder for as long as no
 * manifest says otherwise; when its folder was renamed, or has another name now, it is found where its name is.
 */
export function locatePlugin(
  plugin: string,
  slots: Slots,
  sources: PluginSources,
): E.Either<ReloadError, PluginSource> {
  const slot = slots.get(plugin);
  if (slot !== undefined) return locateSlot(slot, slots, sources);
  const { folders } = sources;
  const { all } = folders;
  const free = all.filter((folder) => slotsIn(folder, slots).length === 0);
  const folder =
    all.find((candidate) => folders.isNamed(candidate, plugin)) ??
    // A guess finds what is to be read again after a failure.
    free.find((candidate) => folders.nameOf(candidate) === plugin) ??
    free.find((candidate) => basename(candidate) === plugin);
  if (folder !== undefined) return E.right(sourceIn(folder, sources));
  const without = folders.directories
    .map((dir) => join(dir, plugin))
    .find((path) => sources.isDirectory(path) && folders.looksLikePlugin(path));
  if (without === undefined) return E.left(pluginNotFound(plugin, [...slots.keys()]));
  const root = sources.root ?? dirname(without);
  return E.left(missingManifest(folders.files, root, without));
}

function locateSlot(
  slot: PluginSlot,
  slots: Slots,
  sources: PluginSources,
): E.Either<ReloadError, PluginSource> {
  const { name, location, environment } = slot;
  const { folders } = sources;
  const isThere =
    location.implied?.isFile === true
      ? folders.exists(location.folder)
      : sources.isDirectory(location.folder);
  const found = folders.nameAt(location, environment.files);
  const stay = E.right({ location, root: environment.root });
  // A manifest that cannot be parsed now, as in the middle of a save, leaves nothing.
  if (isThere && (found.kind === 'unclear' || (found.kind === 'named' && found.name === name))) {
    return stay;
  }
  const others = folders.all.filter((folder) => folder !== location.folder);
  const named = others.find((folder) => folders.isNamed(folder, name));
  if (named !== undefined) return E.right(sourceIn(named, sources));
  // The folder is still there, and so is the plugin: reading it tells that the manifest is missing.
  if (isThere && found.kind === 'absent') return stay;
  const path = displayPath(environment.root, location.folder);
  if (isThere && found.kind === 'named') {
    const holder = slots.get(found.name);
    const isFree =
      holder === undefined ||
      holder.location.folder === location.folder ||
      hasLeftItsPlace(holder, sources);
    if (isFree) {
      return E.left(pluginGone(name, path, found.name));
    }
    // It can have neither name, so what serves keeps the old one until the other plugin leaves the new one.
    const manifest = findManifest(environment.files, location) ?? location.folder;
    const takenBy = displayPath(environment.root, holder.location.folder);
    const taken = nameTaken(found.name, displayPath(environment.root, manifest), takenBy);
    return E.left({ ...taken, plugin: name });
  }
  const renamed = others.find(
    (folder) =>
      basename(folder) === name &&
      slotsIn(folder, slots).length === 0 &&
      folders.nameAt(folders.locationOf(folder)).kind !== 'named',
  );
  return renamed === undefined
    ? E.left(pluginGone(name, path))
    : E.right(sourceIn(renamed, sources));
}

/** The plugins that are, or were last, loaded from a folder. Two while one of them has left it and was not reloaded since. */
export function slotsIn(folder: string, slots: Slots): readonly PluginSlot[] {
  const found: PluginSlot[] = [];
  // Asked at each look at a plugin, among all of them: nothing is copied.
  for (const slot of slots.values()) if (slot.location.folder === folder) found.push(slot);
  return found;
}

/** Whether a plugin leaves its name to others: its folder is gone, or holds no plugin of that name. */
export function hasLeftItsPlace(
  { name, location, environment }: PluginSlot,
  { folders }: PluginSources,
): boolean {
  return folders.hasLeft(name, location, environment.files);
}

function sourceIn(folder: string, { folders }: PluginSources): PluginSource {
  return { location: folders.locationOf(folder), root: dirname(folder) };
}
