import { basename, dirname } from 'node:path';
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
  readonly files: Pick<PluginFilesInUse, 'present' | 'missing' | 'stamp'>;
}

/** What one plugin adds to the paths, and what it was computed from. */
interface Share {
  /** Undefined for a plugin that is one file. */
  readonly folder: string | undefined;
  readonly stamp: readonly unknown[];
  readonly paths: ReadonlySet<string>;
}

const NONE = { all: [], outside: [] };

/**
 * What must be watched for the plugins: their folders, the candidates, the files outside of them that they use, and the directories where
 * an import looked for a file and found none. Only the files of plugins that have changed since the last time are looked at again.
 *
 * - `#shares`: what each plugin adds.
 * - `#folders`: directories that are watched as a whole, and how many plugins and candidates name each.
 * - `#paths`: the paths, and how many plugins and directories need each.
 * - `#shared`: the files that plugins share with the host, and those of them that were added.
 * - `#isOutside`: whether a path lies in none of `#folders`. Made anew when a directory comes or goes that none of the others is above.
 */
export class WatchedPaths {
  readonly #shares = new Map<WatchedSlot, Share>();
  readonly #folders = new SortedCounts();
  readonly #paths = new SortedCounts();
  #candidates: readonly string[] = [];
  #shared: { readonly all: readonly string[]; readonly outside: readonly string[] } = NONE;
  #isOutside = outsideOf([]);

  constructor(readonly files: PluginFiles) {}

  /**
   * The paths as they are now, sorted. The same array as the last time when they are the same.
   *
   * @param candidates - Directories and folders that are watched also without a plugin.
   * @param shared - Files that plugins share with the host.
   */
  of(
    slots: readonly WatchedSlot[],
    candidates: readonly string[],
    shared: readonly string[] = [],
  ): readonly string[] {
    const changed = slots.filter((slot) => !isCurrent(slot, this.#shares.get(slot)));
    const gone = this.#gone(slots, changed);
    const isSame = isEqual(candidates, this.#candidates) && isEqual(shared, this.#shared.all);
    if (changed.length === 0 && gone.length === 0 && isSame) return this.#paths.keys;
    const hasMoved = this.#moveFolders(changed, gone, candidates);
    for (const slot of gone) this.#drop(slot);
    // What lies outside of the directories may be others now, for every plugin.
    for (const slot of hasMoved ? slots : changed) this.#compute(slot);
    this.#share(shared);
    return this.#paths.keys;
  }

  #gone(slots: readonly WatchedSlot[], changed: readonly WatchedSlot[]): readonly WatchedSlot[] {
    const newCount = changed.filter((slot) => !this.#shares.has(slot)).length;
    if (this.#shares.size + newCount === slots.length) return [];
    const present = new Set(slots);
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
    const paths = new Set(this.#outsideFiles(slot));
    for (const path of paths) this.#paths.add(path);
    this.#drop(slot);
    this.#shares.set(slot, { folder: folderOf(slot), stamp: slot.files.stamp, paths });
  }

  #drop(slot: WatchedSlot): void {
    for (const path of this.#shares.get(slot)?.paths ?? []) this.#paths.remove(path);
    this.#shares.delete(slot);
  }

  *#outsideFiles({ location, files }: WatchedSlot): Iterable<string> {
    const isFile = location.implied?.isFile === true;
    if (isFile && this.#isOutside(location.folder)) yield location.folder;
    for (const file of files.present()) if (this.#isOutside(file)) yield file;
    for (const file of files.missing()) {
      // Each directory above a plugin could get one: watching all of these, down to their last file, would cost far more than it gives.
      const isFarConfig = basename(file) === 'tsconfig.json';
      const isWatched = this.#isOutside(file) && !isFarConfig;
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
  return (
    share !== undefined && share.folder === folderOf(slot) && isEqual(slot.files.stamp, share.stamp)
  );
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
