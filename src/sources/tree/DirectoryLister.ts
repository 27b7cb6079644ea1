import type { OpenChanges } from '../changes/OpenChanges.js';
import type { Clock } from '../disk/Clock.js';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Directory, View } from '../forest/Directory.js';
import { coveredBy, pathIn } from '../forest/Forest.js';
import type { Gitignores } from './Gitignores.js';
import type { LiveTree } from './LiveTree.js';
import type { Roots } from './Roots.js';
import type { Listing, TreeWork } from './TreeWork.js';
import type { WatchErrors } from './WatchErrors.js';

/** Names that are checked between two looks at the clock, which costs a tenth of a check. */
const namesPerClockRead = 16;

export interface ListerPorts {
  readonly changes: OpenChanges;
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly errors: WatchErrors;
  readonly gitignores: Gitignores;
  readonly roots: Roots;
  readonly tree: LiveTree;
  /** Whether an entry will be looked at in any case, because of a hint that waits. */
  readonly isHinted: (dir: string, name: string) => boolean;
}

/** Does the work that `LiveTree` leaves to it: attaches roots, and lists directories in slices of time. */
export class DirectoryLister {
  readonly #ports: ListerPorts;
  readonly #work: TreeWork;

  constructor(ports: ListerPorts) {
    this.#ports = ports;
    this.#work = ports.tree.work;
  }

  /** Whether a directory is to be listed, or a root to be attached. */
  isBusy(): boolean {
    return this.isListing() || this.#work.hasRoots;
  }

  isListing(): boolean {
    return this.#work.listings.length > 0;
  }

  /** Works until nothing is left or the time is over. */
  workUntil(untilMs: number): void {
    const { clock, roots } = this.#ports;
    const { listings } = this.#work;
    for (;;) {
      if (this.#work.hasRoots) roots.attachAgain();
      const listing = listings.pop();
      if (listing === undefined) return;
      if (!this.#list(listing, untilMs)) {
        listings.push(listing);
        return;
      }
      if (clock.nowMs() >= untilMs) return;
    }
  }

  /** Returns whether the directory was listed to its end. */
  #list(listing: Listing, untilMs: number): boolean {
    const { tree, clock } = this.#ports;
    const { directory, isInitial } = listing;
    if (directory.live === undefined) return true;
    listing.names ??= this.#namesIn(listing, isInitial && directory.synced.length === 0);
    // One object for all names: a scan checks a hundred thousand of them.
    const reason = { isInitial, isHinted: false, areHintsLost: listing.knownSinceMs !== Infinity };
    for (let count = 1; ; count++) {
      const next = listing.names.next();
      if (next.done === true) {
        directory.isListed = true;
        directory.isNameGone = false;
        directory.synced = syncedAfter(directory, listing.views);
        return true;
      }
      tree.check(directory, next.value, reason);
      if (count % namesPerClockRead === 0 && clock.nowMs() >= untilMs) return false;
    }
  }

  /**
   * Records the files of a directory by name, but for as many as are to be looked at. Returns the names of those and of all that is no plain
   * file; `undefined`: the directory does not say which names are files.
   */
  #addNamed(directory: Directory, looksLeft: number): readonly string[] | undefined {
    const { changes, errors, fileSystem } = this.#ports;
    const { path, views, awaited, aliases } = directory;
    const listedAtMs = changes.initial.listingMs();
    const entries = fileSystem.entries?.(path);
    if (entries === undefined) return undefined;
    errors.clear(path);
    const isCoveredHere = coveredBy(views);
    const named: string[] = [];
    const others: string[] = [];
    for (const entry of entries) {
      const { name } = entry;
      const isPlain = entry.isFile() && awaited?.has(name) !== true && aliases?.has(name) !== true;
      if (!isPlain || mustBeLookedAt(name)) others.push(name);
      else if (!isCoveredHere(name)) continue;
      else if (others.length < looksLeft) others.push(name);
      else named.push(name);
    }
    changes.initial.addNamed(directory, named, listedAtMs);
    return others;
  }

  /** The names to check: those that are there now, and those that were. */
  #namesIn({ directory, knownSinceMs }: Listing, isFirst: boolean): Iterator<string> {
    const { changes, fileSystem, errors, gitignores, isHinted, tree } = this.#ports;
    const { views, files, children, awaited, aliases } = directory;
    // No root covers the directory: only single names in it matter.
    if (views.length === 0) {
      return [...(awaited?.keys() ?? []), ...(aliases?.keys() ?? [])].values();
    }
    gitignores.refresh(directory);
    const isNew = isFirst && files.size === 0 && children === undefined;
    const looksLeft = isNew ? changes.initial.looksLeft(directory) : Infinity;
    if (looksLeft === 0) {
      const rest = this.#addNamed(directory, 0);
      if (rest !== undefined) return rest.values();
    }
    const names = fileSystem.list(directory.path);
    if (names === undefined) {
      tree.checkItself(directory);
      return [].values();
    }
    if ('kind' in names) {
      tree.looks.failed(names.code, directory.path);
      return [].values();
    }
    if (directory.watch === 'yes') errors.clear(directory.path);
    if (names.length > looksLeft) return (this.#addNamed(directory, looksLeft) ?? names).values();
    if (isNew) return names.values();
    const present = new Set(names);
    const before = [...files.names(), ...(children?.keys() ?? [])];
    const all = [...names, ...before.filter((name) => !present.has(name))];
    if (knownSinceMs === Infinity) return all.values();
    const isKnown = (name: string) =>
      isHinted(directory.path, name) ||
      changes.isKnownSince(pathIn(directory, name), knownSinceMs, present.has(name));
    return all.filter((name) => !isKnown(name)).values();
  }
}

/** Whether a file is more than its name: what it holds matters, or its name cannot be true. */
function mustBeLookedAt(name: string): boolean {
  return name === '.gitignore' || name.includes('\uFFFD');
}

/** The views that are in sync after a listing, without those that were removed meanwhile. */
function syncedAfter({ synced, views }: Directory, listed: readonly View[]): readonly View[] {
  const isIn = (list: readonly View[], { root }: View) => list.some((view) => view.root === root);
  const isSynced = (view: View) => isIn(listed, view) || isIn(synced, view);
  // Most often all are: then a directory needs one list of them, and not two.
  return views.every(isSynced) ? views : views.filter(isSynced);
}
