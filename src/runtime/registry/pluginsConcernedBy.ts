import { basename, dirname, extname, relative, sep } from 'node:path';
import { tryStat } from '../../modules/files/PluginFiles.js';
import { matchesPattern } from '../code/matchesPattern.js';
import { directoryOf, manifestNames, PACKAGE_FILE } from '../manifest/findManifest.js';
import { isSourceName } from '../manifest/impliedManifest.js';
import type { PluginSlot } from '../slot/PluginSlot.js';
import type { CandidateFolders } from './CandidateFolders.js';
import type { PluginIndex } from './PluginIndex.js';

/** The plugins of a runtime, and where others may come from. */
export interface KnownPlugins {
  readonly byName: ReadonlyMap<string, PluginSlot>;
  readonly index: PluginIndex;
  readonly folders: CandidateFolders;
}

/**
 * The plugins that could use a change of `path` in a reload: those that use the file or look for it, those whose folder it is, the one that
 * has that folder by now, and those that wait for one of these to be loaded. Each is listed once, after the plugins that it waits for.
 * Nothing else in a folder concerns its plugin: a log that grows there must not hold up the edit beside it.
 */
export function pluginsConcernedBy(path: string, plugins: KnownPlugins): readonly string[] {
  const { index, folders } = plugins;
  const concerned = new Set<string>();
  const owners = index.ownersOf(path);
  addUsers(path, plugins, concerned);
  for (const slot of owners) {
    if (concerned.has(slot.name)) continue;
    if (isOfFolder(path, slot, index)) concerned.add(slot.name);
  }
  if (concerned.size === 0 && (owners.length > 0 || folders.isInDirectory(path))) {
    const real = index.realPath(path, folders.files);
    if (real !== undefined) addUsers(real, plugins, concerned);
  }
  const name = newcomer(path, owners, concerned.size > 0, plugins);
  if (name !== undefined) concerned.add(name);
  if (concerned.size === 0) return [];
  index.forgetLinks();
  return withWaiting([...concerned], index.waiting);
}

function addUsers(path: string, { index, folders }: KnownPlugins, concerned: Set<string>): void {
  for (const { name } of index.usersOf(path) ?? []) concerned.add(name);
  for (const [{ name }, directory] of index.listersOf(path)) {
    if (couldBeSource(path, directory)) concerned.add(name);
  }
  const below = index.usersBelow(path);
  // The rename of a directory is one event, without events for its files. A file has nothing below it, whatever was looked for there.
  if (below === undefined || tryStat(folders.files, path)?.kind === 'file') return;
  for (const { name } of below) concerned.add(name);
}

/** Whether a path in a plugin's folder, which no version has used, may be one that the next version uses. */
function isOfFolder(path: string, slot: PluginSlot, index: PluginIndex): boolean {
  const { location, files } = slot;
  if (path === location.folder) return true;
  const paths = index.pathsOf(slot);
  if (paths === undefined || paths.isLinked) return true;
  // Before its files are known, each that a source could be may be one of them.
  if (!files.isGraphKnown && couldBeSource(path, location.folder)) return true;
  if (paths.patterns.length === 0) return false;
  const written = relative(directoryOf(location), path).split(sep).join('/');
  return paths.patterns.some((pattern) => matchesPattern(pattern, written));
}

/**
 * Whether an import could lead to a path in a plugin's folder, or in a directory from which it loads what it finds. A name without an ending may be a file that is required, or a directory. The
 * folder itself may be in a package.
 */
function couldBeSource(path: string, folder: string): boolean {
  if (/[\\/]node_modules[\\/]/.test(path.slice(folder.length))) return false;
  return isSourceName(path) || ['', '.json', '.toml', '.node', '.wasm'].includes(extname(path));
}

/**
 * What events call the plugin that is in the folder of `path` by now, when none is loaded from there, or another one: the name in its
 * manifest. Undefined when there is no such plugin, or when the owner of the folder reports why it cannot have that name.
 */
function newcomer(
  path: string,
  owners: readonly PluginSlot[],
  isUsed: boolean,
  { byName, folders }: KnownPlugins,
): string | undefined {
  const hasOwner = owners.length > 0;
  // Another name comes with the manifest, or with the whole folder: the other files of a folder need no look at its manifest.
  if (hasOwner && !mayRename(path, owners)) return undefined;
  if (!hasOwner && !folders.isInDirectory(path)) return undefined;
  const folder = folders.owning(path);
  if (folder === undefined) return isUsed ? undefined : lookAlike(path, folders);
  if (!hasOwner && path !== folder && !couldBeSource(path, folder)) return undefined;
  const name = folders.nameOf(folder);
  const holder = byName.get(name);
  const isTaken =
    holder !== undefined &&
    holder.location.folder !== folder &&
    !folders.hasLeft(name, holder.location, holder.environment.files);
  if (!hasOwner) return isTaken ? basename(folder) : name;
  return isTaken || !folders.isNamed(folder, name) ? undefined : name;
}

/** The name of a folder that looks like a plugin and has no manifest, when the file that makes it look so is saved. */
function lookAlike(path: string, folders: CandidateFolders): string | undefined {
  const folder = dirname(path);
  const isTelling = basename(path) === PACKAGE_FILE || /[\\/]index\.[cm]?[jt]sx?$/.test(path);
  const isIn = folders.directories.includes(dirname(folder));
  return isTelling && isIn && folders.looksLikePlugin(folder) ? basename(folder) : undefined;
}

function mayRename(path: string, owners: readonly PluginSlot[]): boolean {
  const name = basename(path);
  if (name === PACKAGE_FILE || manifestNames.some((file) => file === name)) return true;
  return owners.some(({ location }) => path === location.folder || path === location.manifestPath);
}

/**
 * These plugins, and all that wait for one of them to serve, directly or through others. Each is listed once, after the plugins that it
 * waits for; in a dependency cycle the order is arbitrary.
 */
function withWaiting(
  plugins: readonly string[],
  waiting: ReadonlySet<Pick<PluginSlot, 'name' | 'awaited'>>,
): readonly string[] {
  if (waiting.size === 0) return plugins;
  const awaitedBy = new Map<string, ReadonlySet<string>>();
  const waitersOf = new Map<string, string[]>();
  for (const { name, awaited } of waiting) {
    awaitedBy.set(name, awaited);
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
