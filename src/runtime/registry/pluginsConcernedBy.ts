import { basename } from 'node:path';
import { isUnder } from '../../model/paths.js';
import { tryStat } from '../../modules/files/PluginFiles.js';
import { manifestNames } from '../manifest/findManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { CandidateFolders } from './CandidateFolders.js';

/**
 * The plugins that a change of `path` concerns: the one whose folder it is in, the one that has that folder by now, those that use the
 * file, and those that wait for one of these to be loaded. Each is listed once, after the plugins that it waits for.
 */
export function pluginsConcernedBy(
  path: string,
  slots: readonly PluginSlot[],
  folders: CandidateFolders,
): readonly string[] {
  const concerned = new Set<string>();
  for (const slot of slots) {
    const { folder } = slot.location;
    if (path === folder || isUnder(path, folder)) concerned.add(slot.name);
  }
  const name = newcomer(path, slots, folders, concerned);
  if (name !== undefined) concerned.add(name);
  const isFile = tryStat(folders.files, path)?.kind === 'file';
  for (const { name: user, files } of slots) {
    if (files.concernedBy(path, isFile)) concerned.add(user);
  }
  return withWaiting([...concerned], slots);
}

/**
 * What events call the plugin that is in the folder of `path` by now, when none is loaded from there, or another one: the name in its
 * manifest. Undefined when there is no such plugin, or when the owner of the folder reports why it cannot have that name.
 */
function newcomer(
  path: string,
  slots: readonly PluginSlot[],
  folders: CandidateFolders,
  owners: ReadonlySet<string>,
): string | undefined {
  const hasOwner = owners.size > 0;
  // Another name comes with the manifest, or with the whole folder: the other files of a folder need no look at its manifest.
  if (hasOwner && !mayRename(path, slots, owners)) return undefined;
  const folder = folders.owning(path);
  if (folder === undefined) return undefined;
  const name = folders.nameOf(folder);
  const isTaken = slots.some(
    (slot) =>
      slot.name === name &&
      slot.location.folder !== folder &&
      !folders.hasLeft(name, slot.location, slot.environment.files),
  );
  if (!hasOwner) return isTaken ? basename(folder) : name;
  return isTaken || !folders.isNamed(folder, name) ? undefined : name;
}

function mayRename(
  path: string,
  slots: readonly PluginSlot[],
  owners: ReadonlySet<string>,
): boolean {
  if (manifestNames.some((file) => file === basename(path))) return true;
  return slots.some(
    ({ name, location }) =>
      owners.has(name) && (path === location.folder || path === location.manifestPath),
  );
}

/**
 * These plugins, and all that wait for one of them to serve, directly or through others. Each is listed once, after the plugins that it
 * waits for; in a dependency cycle the order is arbitrary.
 */
function withWaiting(
  plugins: readonly string[],
  slots: readonly Pick<PluginSlot, 'name' | 'awaited'>[],
): readonly string[] {
  const awaitedBy = new Map<string, ReadonlySet<string>>();
  const waitersOf = new Map<string, string[]>();
  for (const { name, awaited } of slots) {
    if (awaited.size > 0) awaitedBy.set(name, awaited);
    for (const other of awaited) {
      const waiters = waitersOf.get(other);
      if (waiters === undefined) waitersOf.set(other, [name]);
      else waiters.push(name);
    }
  }
  const found = new Set(plugins);
  // The loop also visits what is added while it runs: those that wait for a plugin that was found are found too.
  for (const plugin of found) for (const name of waitersOf.get(plugin) ?? []) found.add(name);

  const ordered = new Set(plugins);
  const visited = new Set(plugins);
  const visit = (name: string): void => {
    if (visited.has(name)) return;
    visited.add(name);
    for (const other of awaitedBy.get(name) ?? []) if (found.has(other)) visit(other);
    ordered.add(name);
  };
  for (const name of found) visit(name);
  return [...ordered];
}
