import { basename } from 'node:path';
import { isUnder } from '../../model/paths.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { CandidateFolders } from './CandidateFolders.js';

/**
 * The plugins that a change of `path` concerns: the one whose folder it is in, those that use the file, and those that wait for one of
 * these to be loaded. Each is listed once, after the plugins that it waits for.
 */
export function pluginsConcernedBy(
  path: string,
  slots: readonly PluginSlot[],
  folders: CandidateFolders,
): readonly string[] {
  const owner = slots.find(
    ({ location: { folder } }) => path === folder || isUnder(path, folder),
  )?.name;
  const candidate = owner === undefined ? folders.owning(path) : undefined;
  const own = candidate === undefined ? owner : candidateName(candidate, slots, folders);
  const isFile = tryStat(folders.files, path)?.kind === 'file';
  const users = slots.filter(({ files }) => files.concernedBy(path, isFile));
  const concerned = new Set(own === undefined ? [] : [own]);
  for (const { name } of users) concerned.add(name);
  return withWaiting([...concerned], slots);
}

/** The name of a folder without a loaded plugin. Where another plugin has that name, the folder's own: events must tell them apart. */
function candidateName(
  folder: string,
  slots: readonly PluginSlot[],
  folders: CandidateFolders,
): string {
  const name = folders.nameOf(folder);
  const isTaken = slots.some(
    (slot) => slot.name === name && isDirectory(folders.files, slot.location.folder),
  );
  return isTaken ? basename(folder) : name;
}

function isDirectory(files: PluginFiles, path: string): boolean {
  return tryStat(files, path)?.kind === 'directory';
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
