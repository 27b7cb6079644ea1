import { type Identity, isSameIdentity } from '../disk/Look.js';
import type { Directory, Root, View } from '../forest/Directory.js';

/** A directory that is to be listed, or is being listed slice by slice. */
export interface Listing {
  readonly directory: Directory;
  /** Whether a new name existed before it was watched, and so is not an event. */
  readonly isInitial: boolean;
  /** Views that this listing serves; more may join before it ends. */
  readonly views: readonly View[];
  /** What was looked at after that moment, or waits to be looked at, need not be checked; Infinity: everything must be. */
  readonly knownSinceMs: number;
  /** Names that are left to check; undefined: the directory was not read yet. */
  names: Iterator<string> | undefined;
}

/** A part of a root's path that was missing, and is a directory now. */
export interface RootArrival {
  readonly directory: Directory;
  readonly name: string;
  readonly isInitial: boolean;
}

/**
 * Work that `LiveTree` finds and leaves to others: directories to list, and roots to attach again. `DirectoryLister`
 * does both. So calls go one way, from the session through lister and roots to the tree, and never back.
 */
export class TreeWork {
  /**
   * Directories to list, the next one last.
   * Depth first: fewer listings are open at a time, and a new directory is read soon after it was found.
   */
  readonly listings: Listing[] = [];
  /**
   * Parts of root paths that have appeared.
   * Their roots are attached between two checks, never inside one.
   */
  readonly arrivals: RootArrival[] = [];
  /** Roots whose directory is gone, or the directory in which they were awaited. */
  readonly lostRoots = new Set<Root>();

  get hasRoots(): boolean {
    return this.arrivals.length > 0 || this.lostRoots.size > 0;
  }

  list(directory: Directory, isInitial: boolean, knownSinceMs = Infinity): void {
    const { views } = directory;
    this.listings.push({ directory, isInitial, views, knownSinceMs, names: undefined });
  }

  /** A hint named a directory that may be what it was, and have been away: lists it and those below it where a look found nothing. */
  listWhereGone(directory: Directory, look: Identity): void {
    const { live, isNameGone, children } = directory;
    if (live === undefined || !isSameIdentity(live, look)) return;
    if (isNameGone) this.list(directory, false);
    for (const child of children?.values() ?? []) {
      if (child.live !== undefined) this.listWhereGone(child, child.live);
    }
  }
}
