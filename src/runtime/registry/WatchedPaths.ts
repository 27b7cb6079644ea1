import { basename, dirname } from 'node:path';
import { isUnder } from '../../model/paths.js';
import { danglingPaths } from '../../modules/files/linkedPaths.js';
import { outsideOf } from '../../modules/files/outsideOf.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import type { PluginFilesInUse } from '../code/PluginFilesInUse.js';
import { SortedCounts } from './SortedCounts.js';

/** What must be known of a plugin. */
interface WatchedSlot {
  readonly location: {
    readonly folder: string;
    readonly implied?: { readonly isFile?: boolean } | undefined;
  };
  readonly files: Pick<PluginFilesInUse, 'present' | 'missing' | 'listed' | 'stamp' | 'isAsAt'>;
}

/** What one plugin adds to the paths, and what it was computed from. */
interface Share {
  /** Undefined for a plugin that is one file. */
  readonly folder: string | undefined;
  readonly stamp: readonly unknown[];
  readonly paths: ReadonlySet<string>;
  /** Where the plugin is. */
  readonly at: string;
  /** See `singles`: those that are not in its own folder. */
  readonly singles: ReadonlySet<string>;
}

const CONFIGS: ReadonlySet<string> = new Set(['tsconfig.json', 'package.json']);
const NONE = { all: [], outside: [] };

/**
 * What must be watched for the plugins: their folders, the candidates, the files outside of them that they use, the directories from which
 * they load what they find, and those where an import looked for a file and found none. Only the files of plugins that have changed since the last time are looked at again, and only
 * plugins that may have changed are asked whether they have.
 *
 * - `#shares`: what each plugin adds.
 * - `#folders`: directories that are watched as a whole, and how many plugins and candidates name each.
 * - `#paths`: the paths, and how many plugins and directories need each.
 * - `#singles`, `#plugins`: the single paths, and the folders of plugins, with how many plugins need each.
 * - `#shared`: the files that plugins share with the host, and those of them that were added.
 * - `#isOutside`: whether a path lies in none of `#folders`. Made anew when a directory comes or goes that none of the others is above.
 */
export class WatchedPaths {
  readonly #shares = new Map<WatchedSlot, Share>();
  readonly #folders = new SortedCounts();
  readonly #paths = new SortedCounts();
  readonly #singles = new SortedCounts();
  readonly #plugins = new SortedCounts();
  #candidates: readonly string[] = [];
  #shared: { readonly all: readonly string[]; readonly outside: readonly string[] } = NONE;
  #isOutside = outsideOf([]);
  #givenSingles: readonly string[] = [];

  constructor(readonly files: PluginFiles) {}

  /**
   * The paths as they are now, sorted. The same array as the last time when they are the same.
   *
   * @param slots - All plugins, by any key.
   * @param candidates - Directories and folders that are watched also without a plugin.
   * @param shared - Files that plugins share with the host.
   * @param touched - Those of the plugins whose files may be others than at the last time. Default: all.
   */
  of(
    slots: ReadonlyMap<unknown, WatchedSlot>,
    candidates: readonly string[],
    shared: readonly string[] = [],
    touched: Iterable<WatchedSlot> = slots.values(),
  ): readonly string[] {
    const changed = [...touched].filter((slot) => !isCurrent(slot, this.#shares.get(slot)));
    const gone = this.#gone(slots, changed);
    const isSame = isEqual(candidates, this.#candidates) && isEqual(shared, this.#shared.all);
    if (changed.length === 0 && gone.length === 0 && isSame) return this.#paths.keys;
    const hasMoved = this.#moveFolders(changed, gone, candidates);
    for (const slot of gone) this.#drop(slot);
    // What lies outside of the directories may be others now, for every plugin.
    for (const slot of hasMoved ? slots.values() : changed) this.#compute(slot);
    this.#share(shared);
    return this.#paths.keys;
  }

  /**
   * As of the last call of `of`: paths outside of plugins' folders where a file could appear that concerns a plugin, and whose directories may
   * have nothing to do with it: a nearer `tsconfig.json` or `package.json` in a directory above, and what a link leads to that leads to nothing. Watched by
   * themselves, they cost the watches on the way to them; their directories, down to the last file, would cost far more. Sorted. The same
   * array as the last time when they are the same.
   */
  get singles(): readonly string[] {
    const isInPlugin = (path: string): boolean =>
      this.#plugins.has(path) || (dirname(path) !== path && isInPlugin(dirname(path)));
    const singles = this.#singles.keys.filter((path) => !isInPlugin(path));
    if (!isEqual(singles, this.#givenSingles)) this.#givenSingles = singles;
    return this.#givenSingles;
  }

  #gone(
    slots: ReadonlyMap<unknown, WatchedSlot>,
    changed: readonly WatchedSlot[],
  ): readonly WatchedSlot[] {
    const newCount = changed.filter((slot) => !this.#shares.has(slot)).length;
    if (this.#shares.size + newCount === slots.size) return [];
    const present = new Set(slots.values());
    return [...this.#shares.keys()].filter((slot) => !present.has(slot));
  }

  /** Notes the directories that came and went. Whether that changes which other paths lie outside of all. */
  #moveFolders(
    changed: readonly WatchedSlot[],
    gone: readonly WatchedSlot[],
    candidates: readonly string[],
  ): boolean {
    const before = this.#isOutside;
    const came: string[] = [];
    const went: string[] = [];
    const come = (folder: string) => {
      this.#paths.add(folder);
      if (this.#folders.add(folder)) came.push(folder);
    };
    const go = (folder: string) => {
      this.#paths.remove(folder);
      if (this.#folders.remove(folder)) went.push(folder);
    };
    if (!isEqual(candidates, this.#candidates)) {
      for (const folder of candidates) come(folder);
      for (const folder of this.#candidates) go(folder);
      this.#candidates = candidates;
    }
    for (const slot of changed) {
      const known = this.#shares.get(slot)?.folder;
      const folder = folderOf(slot);
      if (known === folder) continue;
      if (folder !== undefined) come(folder);
      if (known !== undefined) go(known);
    }
    for (const slot of gone) {
      const folder = this.#shares.get(slot)?.folder;
      if (folder !== undefined) go(folder);
    }
    const isWider = came.some(before);
    if (!isWider && went.length === 0) return false;
    const after = outsideOf(this.#folders.keys);
    if (!isWider && !went.some(after)) return false;
    this.#isOutside = after;
    return true;
  }

  #compute(slot: WatchedSlot): void {
    const { folder: at } = slot.location;
    const missing = slot.files.missing();
    const dangling = new Set(missing.flatMap((file) => danglingPaths(this.files, file)));
    const paths = new Set(this.#outsideFiles(slot, missing, dangling));
    const alone = [...missing.filter(isConfig), ...dangling];
    const singles = new Set(alone.filter((path) => path !== at && !isUnder(path, at)));
    this.#plugins.add(at);
    for (const path of paths) this.#paths.add(path);
    for (const path of singles) this.#singles.add(path);
    this.#drop(slot);
    const { stamp } = slot.files;
    this.#shares.set(slot, { folder: folderOf(slot), stamp, paths, at, singles });
  }

  #drop(slot: WatchedSlot): void {
    const share = this.#shares.get(slot);
    if (share === undefined) return;
    this.#plugins.remove(share.at);
    for (const path of share.paths) this.#paths.remove(path);
    for (const path of share.singles) this.#singles.remove(path);
    this.#shares.delete(slot);
  }

  *#outsideFiles(
    { location, files }: WatchedSlot,
    missing: readonly string[],
    dangling: ReadonlySet<string>,
  ): Iterable<string> {
    const isFile = location.implied?.isFile === true;
    if (isFile && this.#isOutside(location.folder)) yield location.folder;
    for (const file of files.present()) if (this.#isOutside(file)) yield file;
    for (const directory of files.listed.keys()) {
      // One above the plugin may be the whole program: only what it has loaded from there counts.
      if (this.#isOutside(directory) && !isUnder(location.folder, directory)) yield directory;
    }
    for (const file of missing) {
      // Watched by itself: see `singles`.
      if (dangling.has(file)) continue;
      // Each directory above a plugin could get one: watching all of these, down to their last file, would cost far more than it gives.
      const isWatched = this.#isOutside(file) && !isConfig(file);
      const dir = isWatched ? nearestDirectory(this.files, dirname(file)) : undefined;
      if (dir !== undefined && this.#isOutside(dir)) yield dir;
    }
  }

  #share(shared: readonly string[]): void {
    const outside = shared.filter(this.#isOutside);
    for (const path of outside) this.#paths.add(path);
    for (const path of this.#shared.outside) this.#paths.remove(path);
    this.#shared = { all: shared, outside };
  }
}

function isCurrent(slot: WatchedSlot, share: Share | undefined): boolean {
  if (share?.at !== slot.location.folder || share.folder !== folderOf(slot)) return false;
  return slot.files.isAsAt(share.stamp);
}

/** Whether a file of that name counts for all below its directory. */
function isConfig(path: string): boolean {
  return CONFIGS.has(basename(path));
}

function folderOf({ location }: WatchedSlot): string | undefined {
  return location.implied?.isFile === true ? undefined : location.folder;
}

function isEqual(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((each, index) => each === right[index]);
}

/** The directory itself, or the nearest one above it that exists. */
function nearestDirectory(files: PluginFiles, dir: string): string {
  return tryStat(files, dir)?.kind === 'directory' || dirname(dir) === dir
    ? dir
    : nearestDirectory(files, dirname(dir));
}
