import { basename, dirname } from 'node:path';
import type { Clock } from '../disk/Clock.js';
import type { Directory, Root, View } from '../forest/Directory.js';
import type { DirectoryWatching } from '../backends/DirectoryWatching.js';
import type { FileSystem } from '../disk/FileSystem.js';
import {
  type Forest,
  isCovered,
  isNamed,
  isWanted,
  pathIn,
  viewsBelow,
  withdraw,
} from '../forest/Forest.js';
import { isSameIdentity, type Look } from '../disk/Look.js';
import type { Gitignores } from './Gitignores.js';
import type { LinkTargets } from './LinkTargets.js';
import { Listings, type Purpose } from './Listings.js';
import type { OpenChanges } from '../changes/OpenChanges.js';
import { RealPlaces } from './RealPlaces.js';
import { Sight } from './Sight.js';
import type { Troubles } from './Troubles.js';

export interface TreePorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly watcher: DirectoryWatching;
  readonly forest: Forest;
  readonly changes: OpenChanges;
  readonly troubles: Troubles;
  readonly links: LinkTargets;
  readonly gitignores: Gitignores;
  readonly followSymlinks: boolean;
  /** A directory is gone that these roots were, or waited in. */
  readonly onRootsLost: (roots: Iterable<Root>) => void;
  /** A directory is no longer watched under its path: with followed links, another path may lead to it. */
  readonly onPlaceFreed: () => void;
  /** What a root waited for is there now, as a directory. */
  readonly onAwaited: (directory: Directory, name: string, isSilent: boolean) => void;
}

/** The directories as they are now: finds them, has them watched before they are read, and notes what their files look like. */
export class LiveTree {
  readonly sight: Sight;
  readonly #ports: TreePorts;
  readonly #listings: Listings;
  /** Directories whose contents are taken as known, because they were there before anyone asked. */
  readonly #silent = new Set<Directory>();
  /** Where links are followed. */
  readonly #places: RealPlaces | undefined;
  readonly #asked = new Set<Directory>();

  constructor(ports: TreePorts) {
    this.#ports = ports;
    this.sight = new Sight(ports);
    this.#places = ports.followSymlinks
      ? new RealPlaces(ports.fileSystem, (place) => this.checkItself(place))
      : undefined;
    this.#listings = new Listings(ports, {
      check: (directory, name, purpose) => this.check(directory, name, purpose),
      checkItself: (directory) => this.checkItself(directory),
      prepare: (directory) => ports.gitignores.refresh(directory),
    });
  }

  /** Directories that the backend was asked to watch and did not answer for. */
  get asked(): ReadonlySet<Directory> {
    return this.#asked;
  }

  isListing(): boolean {
    return this.#listings.isOpen();
  }

  /** Reads directories, as far as time allows. */
  listUntil(untilMs: number): void {
    this.#listings.readUntil(untilMs);
  }

  /** Has a directory read again: anything in it may have changed. */
  relist(directory: Directory): void {
    // Nobody tells when a directory above it was replaced, or a link there leads elsewhere.
    if (directory.live !== undefined && isNamed(directory)) this.checkItself(directory);
    if (directory.live !== undefined) this.#listings.add(directory, false);
  }

  /**
   * A look showed a directory: has it watched if it is new or another one, read if more of it is wanted than before.
   * `news`: the views to which what is new in it is news; to the others, or to all, it was there before anyone asked.
   */
  found(directory: Directory, look: Look, views: readonly View[], news?: readonly View[]): void {
    const isSilent = news === undefined || (news.length === 0 && views.length > 0);
    const viewsBefore = directory.views;
    directory.views = views;
    if (directory.live !== undefined && isSameIdentity(directory.live, look)) {
      const joined = views.filter(({ root }) => !viewsBefore.some((view) => view.root === root));
      if (joined.length === 0) return;
      const isNews = ({ root }: View) => news?.some((view) => view.root === root);
      directory.known = [...directory.known, ...joined.filter(isNews)];
      if (directory.watch === 'asked') return;
      this.#listings.add(directory, isSilent);
      // Until now only single names in it were waited for.
      if (viewsBefore.length > 0 || directory.watch !== 'yes') return;
      if (isSilent) this.#silent.add(directory);
      this.ask(directory);
      return;
    }
    this.#unwatch(directory);
    const isReplaced = directory.live !== undefined;
    directory.live = { dev: look.dev, ino: look.ino, birthMs: look.birthMs };
    this.#places?.take(directory, look);
    if (isSilent && !isReplaced) {
      directory.reported = directory.live;
      directory.known = [];
      this.#silent.add(directory);
      this.ask(directory);
      return;
    }
    directory.known = isReplaced || news === undefined ? views : news;
    this.#ports.changes.touchDirectory(directory, this.#ports.clock.nowMs());
    this.ask(directory);
  }

  /** Asks the backend to watch a directory, for the first time or again. */
  ask(directory: Directory): void {
    directory.watch = 'asked';
    this.#asked.add(directory);
    this.#ports.watcher.watch(directory.path, directory.views.length > 0);
  }

  /** The backend has answered: the directory is watched, or is not. Either way it is read now. */
  answer(directory: Directory, watch: 'yes' | 'refused'): void {
    directory.watch = watch;
    this.#asked.delete(directory);
    this.#listings.add(directory, this.#silent.delete(directory));
  }

  /** The directory is gone, and all that was in it. */
  lost(directory: Directory): void {
    if (directory.live === undefined) return;
    const { changes, clock } = this.#ports;
    const nowMs = clock.nowMs();
    // From the inside out, so that a backend that watches trees gives up the whole tree last.
    for (const child of directory.children?.values() ?? []) this.lost(child);
    this.#unwatch(directory);
    directory.live = undefined;
    changes.touchDirectory(directory, nowMs);
    for (const name of directory.files.keys()) {
      changes.note(directory, name, pathIn(directory, name), undefined, nowMs, true);
    }
    changes.forgetUnreported(directory);
    const roots = new Set<Root>();
    for (const { root, level } of directory.views) if (level === 0) roots.add(root);
    for (const awaiting of directory.awaited?.values() ?? []) {
      for (const root of awaiting) roots.add(root);
    }
    directory.awaited = undefined;
    if (roots.size > 0) this.#ports.onRootsLost(roots);
  }

  /** Lets a directory go in which nobody wants anything any more. */
  releaseIfUnused(directory: Directory): void {
    const { views, awaited, aliases } = directory;
    if (views.length > 0 || awaited !== undefined || aliases !== undefined) return;
    this.#unwatch(directory);
    directory.live = undefined;
    this.#ports.forest.drop(directory);
  }

  checkItself(directory: Directory): void {
    const { path } = directory;
    const look = isNamed(directory) ? this.sight.lookNamed(path) : this.sight.look(path);
    if (look?.kind === 'directory') this.found(directory, look, directory.views, directory.views);
    else this.lost(directory);
  }

  /** A hint named something that is not known as a directory: a single file, or a directory that is new. */
  checkUnknown(path: string): void {
    const directory = this.#ports.forest.get(dirname(path));
    if (directory?.live === undefined) return;
    this.check(directory, basename(path), { isSilent: false, isHinted: true });
  }

  /** Looks at one entry, and notes what it is now. */
  check(directory: Directory, name: string, purpose: Purpose): void {
    const { changes, clock, troubles, links } = this.#ports;
    const path = pathIn(directory, name);
    if (name === '.gitignore') this.#ports.gitignores.refresh(directory);
    const child = directory.children?.get(name);
    const isAwaited = directory.awaited?.has(name) === true;
    const entry = this.sight.look(path);
    const isOnTheWay = isAwaited || (child !== undefined && isNamed(child));
    const look = isOnTheWay && entry?.kind === 'link' ? this.sight.lookNamed(path) : entry;
    const isEntry = look === entry;
    const isElsewhere = look !== undefined && this.#places?.isElsewhere(directory, look, path);
    if (look?.kind === 'directory' && isElsewhere !== true) {
      const own = child?.views.filter(({ level }) => level === 0) ?? [];
      const below = (views: readonly View[]) => (isEntry ? viewsBelow(views, name) : []);
      const views = below(directory.views);
      if (views.length + own.length > 0) {
        const found = child ?? this.#ports.forest.ensure(path);
        const news = purpose.isSilent ? undefined : [...below(directory.known), ...own];
        this.found(found, look, [...views, ...own], news);
      } else if (child !== undefined) this.#dismiss(child);
    } else if (child !== undefined) this.lost(child);

    const isFile = entry?.kind === 'file' || entry?.kind === 'link';
    // A link that was named and followed is no file to those who named it.
    const isFor = isEntry ? isWanted(directory, name) : isCovered(name, directory.views);
    const file = isFile && isFor ? entry : undefined;
    const { isSilent, isHinted } = purpose;
    const isNew = !directory.files.has(name) && !isCovered(name, directory.known);
    if (isNew && (isSilent || isCovered(name, directory.views))) {
      if (file !== undefined) changes.accept(directory, name, file);
    } else changes.note(directory, name, path, file, clock.nowMs(), isHinted);

    if (this.#ports.followSymlinks) links.note(this, directory, name, file);
    if (file !== undefined && isAwaited) troubles.clear(path);
    if (look === undefined && name.includes('\uFFFD')) troubles.report('ERR_NAME', path);
    if (look?.kind === 'directory' && directory.awaited?.has(name) === true) {
      this.#ports.onAwaited(directory, name, isSilent);
    }
    for (const alias of [...(directory.aliases?.get(name) ?? [])]) {
      this.check(alias.directory, alias.name, purpose);
    }
  }

  /** A directory is there, but no root reaches into it any more: for them it is gone. It may yet lead to a root. */
  #dismiss(directory: Directory): void {
    const wasCovered = directory.views.length > 0;
    withdraw(directory);
    if (wasCovered) this.lost(directory);
    else this.checkItself(directory);
  }

  #unwatch(directory: Directory): void {
    this.#ports.gitignores.forget(directory);
    directory.isRead = false;
    this.#silent.delete(directory);
    this.#asked.delete(directory);
    if (this.#places !== undefined && directory.live !== undefined) {
      this.#places.free(directory, directory.live);
      this.#ports.onPlaceFreed();
    }
    if (directory.watch === 'no') return;
    directory.watch = 'no';
    this.#ports.watcher.release(directory.path);
  }
}
