import type { Clock } from '../disk/Clock.js';
import type { Directory, View } from '../forest/Directory.js';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Troubles } from './Troubles.js';

/** Why an entry is looked at. */
export interface Purpose {
  /** Whether what is new was there before anyone asked. */
  readonly isSilent: boolean;
  /** Whether the backend named this very entry. */
  readonly isHinted: boolean;
}

/** What is done with the names that are found. */
export interface ListedTree {
  check(directory: Directory, name: string, purpose: Purpose): void;
  checkItself(directory: Directory): void;
  /** The directory is about to be read. */
  prepare(directory: Directory): void;
}

export interface ListingPorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly troubles: Troubles;
}

/** A directory that is being read, or is to be. */
interface Listing {
  readonly directory: Directory;
  readonly isSilent: boolean;
  /** What it is read for; until it is, others may come. */
  readonly views: readonly View[];
  /** What is left to look at; undefined: the names were not read yet. */
  names: Iterator<string> | undefined;
}

/** Directories that are to be read, and are read slice by slice. */
export class Listings {
  readonly #ports: ListingPorts;
  readonly #tree: ListedTree;
  readonly #listings: Listing[] = [];

  constructor(ports: ListingPorts, tree: ListedTree) {
    this.#ports = ports;
    this.#tree = tree;
  }

  isOpen(): boolean {
    return this.#listings.length > 0;
  }

  /** `isSilent`: what its views do not know yet was there before anyone asked. */
  add(directory: Directory, isSilent: boolean): void {
    this.#listings.push({ directory, isSilent, views: directory.views, names: undefined });
  }

  /** Reads as far as time allows. */
  readUntil(untilMs: number): void {
    const { clock } = this.#ports;
    for (let listing = this.#listings.pop(); listing !== undefined; ) {
      if (!this.#read(listing, untilMs)) {
        this.#listings.push(listing);
        return;
      }
      if (clock.nowMs() >= untilMs) return;
      listing = this.#listings.pop();
    }
  }

  /** Whether the directory is read to its end. */
  #read(listing: Listing, untilMs: number): boolean {
    const { directory, isSilent } = listing;
    if (directory.live === undefined) return true;
    listing.names ??= this.#namesIn(directory, isSilent && directory.known.length === 0);
    const purpose = { isSilent, isHinted: false };
    for (let count = 1; ; count++) {
      const next = listing.names.next();
      if (next.done === true) {
        directory.isRead = true;
        directory.known = knownAfter(directory, listing.views);
        return true;
      }
      this.#tree.check(directory, next.value, purpose);
      // The clock costs a tenth of a look.
      if (count % 16 === 0 && this.#ports.clock.nowMs() >= untilMs) return false;
    }
  }

  /** The names to look at: those that are there, and those that were. */
  #namesIn(directory: Directory, isFirst: boolean): Iterator<string> {
    const { fileSystem, troubles } = this.#ports;
    const { views, files, children, awaited, aliases } = directory;
    if (views.length === 0) {
      return [...(awaited?.keys() ?? []), ...(aliases?.keys() ?? [])].values();
    }
    this.#tree.prepare(directory);
    const names = fileSystem.list(directory.path);
    if (names === undefined) {
      this.#tree.checkItself(directory);
      return [].values();
    }
    if ('kind' in names) {
      troubles.report(names.code, directory.path);
      return [].values();
    }
    if (directory.watch === 'yes') troubles.clear(directory.path);
    if (isFirst && files.size === 0 && children === undefined) return names.values();
    const present = new Set(names);
    const known = [...files.keys(), ...(children?.keys() ?? [])];
    return [...names, ...known.filter((name) => !present.has(name))].values();
  }
}

/** The directory was read for these views; those that it has no more are forgotten. */
function knownAfter({ known, views }: Directory, read: readonly View[]): readonly View[] {
  const isIn = (list: readonly View[], { root }: View) => list.some((view) => view.root === root);
  return views.filter((view) => isIn(read, view) || isIn(known, view));
}
