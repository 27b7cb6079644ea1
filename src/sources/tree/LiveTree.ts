import { basename, dirname } from 'node:path';
import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { DirectoryWatcher } from '../backends/DirectoryWatcher.js';
import type { LookReason, OpenChanges } from '../changes/OpenChanges.js';
import type { Clock } from '../disk/Clock.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { isSameIdentity, type Look } from '../disk/Look.js';
import type { Directory, View } from '../forest/Directory.js';
import { type Forest, isCovered, isNamed, pathIn, viewsBelow, withdraw } from '../forest/Forest.js';
import type { Gitignores } from './Gitignores.js';
import { LinkTargets } from './LinkTargets.js';
import { Looks } from './Looks.js';
import { isAsItWas } from './outermostGone.js';
import { RealDirectories } from './RealDirectories.js';
import { TreeWork } from './TreeWork.js';
import type { WatchErrors } from './WatchErrors.js';
import { fileOf, whyUnwanted } from './wantedFile.js';

export interface TreePorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly watcher: DirectoryWatcher;
  readonly forest: Forest;
  readonly changes: OpenChanges;
  readonly errors: WatchErrors;
  readonly gitignores: Gitignores;
  readonly followSymlinks: boolean;
  /** Called with each path that a hint named, and that no root wants. Undefined: nobody asks. */
  readonly onNothing?: ((path: string, why: IgnoredPath['why']) => void) | undefined;
  /**
   * Called when a directory is no longer watched under its path. Another path may lead to it through a followed link,
   * and a scan then finds it there.
   */
  readonly onUnwatched: () => void;
}

/** Why an entry is checked. */
export interface CheckReason extends LookReason {
  /** Whether a new entry existed before it was watched: it is recorded, but is not an event. */
  readonly isInitial: boolean;
  /** Whether it is known that nothing is there: then it is not looked at. */
  readonly isAbsent?: boolean;
}

/**
 * The directories as they are now. This room keeps `Forest` in step with the disk: it finds directories, has them
 * watched, lists them, and hands what it sees of files to `OpenChanges`.
 *
 * A directory is watched first and listed then: a file that is written in between is seen twice, and never missed. What
 * others must do, the tree leaves in `work`.
 */
export class LiveTree {
  /** Directories to list and roots to attach: see {@link TreeWork}. */
  readonly work = new TreeWork();
  readonly looks: Looks;
  readonly #ports: TreePorts;
  readonly #links: LinkTargets;
  /**
   * The directories that are watched, by identity; undefined where links are not followed.
   * Two paths may lead to one directory then, and it is watched once.
   */
  readonly #realDirectories: RealDirectories | undefined;
  /**
   * Directories that the backend was asked to watch and has not answered for.
   * The session waits for them before it calls `onReady`, and before it emits a batch that may belong to them.
   */
  readonly #unanswered = new Set<Directory>();
  /**
   * The unanswered directories whose content existed before they were watched. They are kept until the backend answers,
   * because their initial listing starts only then.
   */
  readonly #initial = new Set<Directory>();

  constructor(ports: TreePorts) {
    const { fileSystem, forest, followSymlinks } = ports;
    this.#ports = ports;
    this.looks = new Looks(ports);
    this.#links = new LinkTargets(forest, fileSystem, this.looks);
    this.#realDirectories = followSymlinks ? new RealDirectories(fileSystem) : undefined;
  }

  /** Directories that the backend was asked to watch and has not answered for. */
  get unanswered(): ReadonlySet<Directory> {
    return this.#unanswered;
  }

  /**
   * Queues a listing of a directory: anything in it may have changed. `knownSinceMs`: not what was looked at after that moment.
   */
  relist(directory: Directory, knownSinceMs = Infinity): void {
    // No hint comes when a directory above a root was replaced, or when a link in its path got another target.
    if (directory.live !== undefined && isNamed(directory)) this.checkItself(directory);
    if (directory.live !== undefined) this.work.list(directory, false, knownSinceMs);
  }

  /**
   * Call it when a look found a directory. Watches the directory if it is new or was replaced, and lists it if more of
   * it is wanted now.
   *
   * @param views - The views that cover it from now on.
   * @param newsFor - Those of the views for which a new entry in it is an event. Left out: the directory existed before
   *   it was watched.
   */
  found(directory: Directory, look: Look, views: readonly View[], newsFor?: readonly View[]): void {
    const isInitial = newsFor === undefined || (newsFor.length === 0 && views.length > 0);
    const { live, views: viewsBefore } = directory;
    directory.views = views;
    if (live !== undefined && isSameIdentity(live, look)) {
      this.#join(directory, viewsBefore, newsFor ?? [], isInitial);
      return;
    }
    const isReplaced = live !== undefined;
    this.#unwatch(directory);
    directory.live = { dev: look.dev, ino: look.ino, birthMs: look.birthMs };
    this.#realDirectories?.add(directory, look);
    this.#ports.changes.named.putBack(directory);
    if (isInitial && !isReplaced) {
      directory.reported = directory.live;
      directory.synced = [];
      this.#initial.add(directory);
    } else {
      directory.synced = isReplaced || newsFor === undefined ? views : newsFor;
      this.#ports.changes.directoryChanged(directory, this.#ports.clock.nowMs());
    }
    this.requestWatch(directory);
  }

  /** Lists a directory that is watched already for the views that have joined it. */
  #join(
    directory: Directory,
    viewsBefore: readonly View[],
    newsFor: readonly View[],
    isInitial: boolean,
  ): void {
    const joined = directory.views.filter(
      ({ root }) => !viewsBefore.some((view) => view.root === root),
    );
    if (joined.length === 0) return;
    const isNews = ({ root }: View) => newsFor.some((view) => view.root === root);
    directory.synced = [...directory.synced, ...joined.filter(isNews)];
    if (directory.watch === 'asked') return;
    this.work.list(directory, isInitial);
    if (viewsBefore.length > 0 || directory.watch !== 'yes') return;
    // It was watched for single names only. Ask again: the backend may have to watch all of it, and what is below.
    if (isInitial) this.#initial.add(directory);
    this.requestWatch(directory);
  }

  /** Asks the backend to watch a directory, for the first time or again. */
  requestWatch(directory: Directory): void {
    directory.watch = 'asked';
    this.#unanswered.add(directory);
    this.#ports.watcher.watch(directory.path, directory.views.length > 0);
  }

  /** Looks what a directory is now, and asks the backend again: it may be on a filesystem that sends no events. */
  watchAgain(directory: Directory): void {
    if (directory.live === undefined) return;
    this.checkItself(directory);
    if (directory.watch === 'yes' || directory.watch === 'refused') this.requestWatch(directory);
  }

  /** The backend has answered that it watches the directory, or cannot. The directory is listed either way. */
  watchAnswered(directory: Directory, watch: 'yes' | 'refused'): void {
    directory.watch = watch;
    this.#unanswered.delete(directory);
    this.work.list(directory, this.#initial.delete(directory));
  }

  /** Records that a directory is gone, with everything in it. */
  lost(directory: Directory): void {
    if (directory.live === undefined) return;
    const { changes, clock } = this.#ports;
    const nowMs = clock.nowMs();
    // Children first, so that a backend that watches trees releases the whole tree last.
    for (const child of directory.children?.values() ?? []) this.lost(child);
    this.#unwatch(directory);
    directory.live = undefined;
    changes.directoryChanged(directory, nowMs);
    for (const name of directory.files.names()) {
      changes.note(directory, name, pathIn(directory, name), undefined, nowMs, { isHinted: true });
    }
    changes.forgetUnreported(directory);
    const { lostRoots } = this.work;
    for (const { root, level } of directory.views) if (level === 0) lostRoots.add(root);
    for (const awaiting of directory.awaited?.values() ?? []) {
      for (const root of awaiting) lostRoots.add(root);
    }
    directory.awaited = undefined;
  }

  /** Stops watching a directory in which nothing is wanted any more. */
  releaseIfUnused(directory: Directory): void {
    const { views, awaited, aliases } = directory;
    if (views.length > 0 || awaited !== undefined || aliases !== undefined) return;
    this.#unwatch(directory);
    directory.live = undefined;
    this.#ports.forest.drop(directory);
  }

  /** Looks whether a directory is still there, and still the same. */
  checkItself(directory: Directory): void {
    const { path } = directory;
    const look = isNamed(directory) ? this.looks.atNamed(path) : this.looks.at(path);
    if (look?.kind === 'directory') this.found(directory, look, directory.views, directory.views);
    else this.lost(directory);
  }

  /** A hint named a path that is not known as a directory: it may be a file, or a directory that is new. */
  checkUnknown(path: string): void {
    const directory = this.#ports.forest.get(dirname(path));
    if (directory?.live === undefined) return;
    this.check(directory, basename(path), { isInitial: false, isHinted: true });
  }

  /** Looks at one entry of a directory, and records what it is now. */
  check(directory: Directory, name: string, reason: CheckReason): void {
    const { errors, followSymlinks, gitignores } = this.#ports;
    const path = pathIn(directory, name);
    if (name === '.gitignore') gitignores.refresh(directory);
    const child = directory.children?.get(name);
    const isAwaited = directory.awaited?.has(name) === true;
    const entry = reason.isAbsent === true ? undefined : this.looks.at(path);
    if (entry === undefined) directory.isNameGone = true;
    // A link on the way to a root is followed, whatever the options say.
    const isOnTheWay = isAwaited || (child !== undefined && isNamed(child));
    const look = isOnTheWay && entry?.kind === 'link' ? this.looks.atNamed(path) : entry;

    if (look?.kind === 'directory' && !this.#isWatchedElsewhere(directory, look, path)) {
      this.#checkDirectory(directory, name, look, look === entry, reason);
    } else if (child !== undefined) {
      this.lost(child);
    }

    const file = fileOf(directory, name, entry, look);
    const { onNothing, changes } = this.#ports;
    // A `.gitignore` may have come between the change and its event.
    const isSeen = onNothing !== undefined && (reason.isHinted || changes.isOpen(path));
    this.#checkFile(directory, name, path, file, reason);
    if (isSeen && file === undefined) {
      const why = whyUnwanted(directory, name, look);
      if (why !== undefined) onNothing(path, why);
    }

    if (followSymlinks) this.#updateLink(directory, name, file);
    if (file !== undefined && isAwaited) errors.clear(path);
    // Node decodes a name that is not UTF-8 with replacement characters, and cannot find it under that name.
    if (look === undefined && name.includes('\uFFFD')) errors.report('ERR_NAME', path);
    if (look?.kind === 'directory' && directory.awaited?.has(name) === true) {
      this.work.arrivals.push({ directory, name, isInitial: reason.isInitial });
    }
    for (const alias of [...(directory.aliases?.get(name) ?? [])]) {
      this.check(alias.directory, alias.name, { ...reason, isAbsent: false });
    }
  }

  /**
   * Handles an entry that is a directory: watches it if a view reaches into it, and gives it up if none does any more.
   */
  #checkDirectory(
    directory: Directory,
    name: string,
    look: Look,
    isEntry: boolean,
    { isInitial, isHinted }: CheckReason,
  ): void {
    const child = directory.children?.get(name);
    if (isHinted && child !== undefined) this.work.listWhereGone(child, look);
    const path = child?.path ?? pathIn(directory, name);
    const own = child?.views.filter(({ level }) => level === 0) ?? [];
    // A link that is followed only because the caller named it does not count as a directory for the views above it.
    const below = (views: readonly View[]) => (isEntry ? viewsBelow(views, name, path) : []);
    const views = below(directory.views);
    if (views.length + own.length > 0) {
      const found = child ?? this.#ports.forest.ensure(path);
      const newsFor = isInitial ? undefined : [...below(directory.synced), ...own];
      this.found(found, look, own.length === 0 ? views : [...views, ...own], newsFor);
    } else if (child !== undefined) {
      this.#uncover(child);
    }
  }

  /** Records an entry in the open changes. `file` undefined: it is not a file that is wanted. */
  #checkFile(
    directory: Directory,
    name: string,
    path: string,
    file: Look | undefined,
    reason: CheckReason,
  ): void {
    const { changes, clock } = this.#ports;
    const isNew = !directory.files.has(name) && !isCovered(name, directory.synced);
    if (isNew && (reason.isInitial || isCovered(name, directory.views))) {
      if (file !== undefined) changes.initial.add(directory, name, file);
    } else {
      if (file !== undefined && changes.named.has(directory, name)) {
        const isSame = () => isAsItWas(directory, this.looks);
        changes.named.noteLook(directory, name, file, reason.isHinted, isSame);
      }
      changes.note(directory, name, path, file, clock.nowMs(), reason);
    }
  }

  /** With followed links: watches the target of a link in the target's own directory. */
  #updateLink(directory: Directory, name: string, file: Look | undefined): void {
    const change = this.#links.update(directory, name, file);
    if (change === undefined) return;
    const { released, needed } = change;
    if (needed !== undefined) this.found(needed.directory, needed.look, needed.directory.views);
    if (released !== undefined) this.releaseIfUnused(released);
  }

  /** With followed links: whether a directory is, or will be, watched under another path. */
  #isWatchedElsewhere(directory: Directory, look: Look, path: string): boolean {
    const real = this.#realDirectories;
    if (real === undefined) return false;
    if (real.isReachedDirectly(path, look, directory.views)) return true;
    const other = real.watchedElsewhere(path, look);
    if (other === undefined) return false;
    // The other directory may have been moved here, and its hint has not come yet.
    this.checkItself(other);
    return other.live !== undefined && isSameIdentity(other.live, look);
  }

  /**
   * Handles a directory that exists but that no view reaches any more: for the views it is gone. It may still be on the
   * way to a root.
   */
  #uncover(directory: Directory): void {
    const wasCovered = directory.views.length > 0;
    withdraw(directory);
    if (wasCovered) this.lost(directory);
    else this.checkItself(directory);
  }

  #unwatch(directory: Directory): void {
    const { gitignores, onUnwatched, watcher } = this.#ports;
    gitignores.forget(directory);
    directory.isListed = false;
    this.#initial.delete(directory);
    this.#unanswered.delete(directory);
    if (this.#realDirectories !== undefined && directory.live !== undefined) {
      this.#realDirectories.delete(directory, directory.live);
      onUnwatched();
    }
    if (directory.watch === 'no') return;
    directory.watch = 'no';
    watcher.release(directory.path);
  }
}
