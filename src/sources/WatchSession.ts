import { dirname } from 'node:path';
import type { WatchError } from '../model/WatchError.js';
import type { Clock } from './Clock.js';
import type { Directory, Root, View } from './Directory.js';
import type { DirectoryWatcher } from './directoryWatcher.js';
import type { FileSystem } from './FileSystem.js';
import { Forest, isCovered, isWanted, pathIn, viewsBelow } from './Forest.js';
import type { Hint } from './Hint.js';
import { isSameIdentity } from './isSameIdentity.js';
import type { Look } from './Look.js';
import type { NetEvent } from './netEvents.js';
import { OpenChanges } from './OpenChanges.js';
import type { SettleOptions } from './settle.js';
import { settle, type SettleStep } from './settle.js';

/** The longest that one turn works before it lets others run, in milliseconds. */
const sliceMs = 8;
/** How long contents are read before `onReady`, then at a time, and the pause between, in milliseconds. */
const firstReadMs = 3;
const readMs = 2;
const readPauseMs = 8;
/** The longest that a batch waits for the backend to watch a new directory, in milliseconds. */
const longestWaitMs = 1000;

export interface SessionOptions extends SettleOptions {
  readonly followSymlinks: boolean;
  readonly expandDirectories: boolean;
  /** Hints in one turn from which some may have been lost. */
  readonly overflowCount: number;
}

export interface SessionPorts {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly watcher: (onHint: (hint: Hint) => void) => DirectoryWatcher;
  readonly onEvents: (events: readonly NetEvent[]) => void;
  readonly onReady: () => void;
  readonly onError: (error: WatchError) => void;
}

interface Listing {
  readonly directory: Directory;
  /** Whether what is new in it was there before anyone asked. */
  readonly isSilent: boolean;
  /** What was visible in it before. */
  readonly viewsBefore: readonly View[];
}

/** One subscription of `watch`: takes hints, looks at the disk, and emits net events. */
export class WatchSession {
  readonly #options: SessionOptions;
  readonly #ports: SessionPorts;
  readonly #watcher: DirectoryWatcher;
  readonly #forest = new Forest();
  readonly #changes: OpenChanges;
  readonly #roots = new Map<string, Root>();
  readonly #listings: Listing[] = [];
  readonly #silent = new Set<Directory>();
  /** Directory → names to look at; null: all of it. */
  readonly #inbox = new Map<string, Set<string> | null>();
  #hintCount = 0;
  #askedCount = 0;
  #isReady = false;
  #isClosed = false;
  #cancelTurn: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelReading: (() => void) | undefined;

  constructor(options: SessionOptions, ports: SessionPorts) {
    this.#options = options;
    this.#ports = ports;
    this.#changes = new OpenChanges(options, ports.fileSystem);
    this.#watcher = ports.watcher((hint) => this.#take(hint));
  }

  /** Watches these roots from now on, and no others. */
  watch(roots: readonly Root[]): void {
    const next = new Map(roots.map((root) => [root.path, root]));
    for (const root of this.#roots.values()) if (!next.has(root.path)) this.#leave(root);
    for (const root of next.values()) {
      if (this.#roots.has(root.path)) continue;
      this.#roots.set(root.path, root);
      this.#place(root, true);
    }
    this.#scheduleTurn();
  }

  close(): void {
    this.#isClosed = true;
    this.#cancelTurn?.();
    this.#cancelTimer?.();
    this.#cancelReading?.();
    this.#watcher.close();
  }

  #take(hint: Hint): void {
    if (this.#isClosed || hint === 'ready') return;
    if (hint === 'overflow') this.#lookAtAll();
    else if ('error' in hint) this.#refuse(hint.error);
    else {
      const directory = this.#forest.get(hint.dir);
      if (hint.name === null && directory?.watch === 'asked') this.#answer(directory, 'yes');
      else {
        this.#hintCount += 1;
        this.#post(hint.dir, hint.name);
      }
    }
    this.#scheduleTurn();
  }

  #post(dir: string, name: string | null): void {
    const names = this.#inbox.get(dir);
    if (name === null) this.#inbox.set(dir, null);
    else if (names === undefined) this.#inbox.set(dir, new Set([name]));
    else names?.add(name);
  }

  #scheduleTurn(): void {
    if (this.#isClosed) return;
    this.#cancelTurn ??= this.#ports.clock.nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#cancelTurn = undefined;
    const { clock } = this.#ports;
    const untilMs = clock.nowMs() + sliceMs;
    if (this.#hintCount >= this.#options.overflowCount) this.#lookAtAll();
    this.#hintCount = 0;

    while (this.#listings.length > 0 && clock.nowMs() < untilMs) this.#list(this.#listings.pop());
    if (this.#listings.length > 0) {
      this.#scheduleTurn();
      return;
    }
    if (!this.#isReady) {
      if (this.#askedCount > 0) return;
      this.#isReady = true;
      this.#read(clock.nowMs() + firstReadMs);
      this.#ports.onReady();
      if (this.#isClosed) return;
    }
    for (const [dir, names] of this.#inbox) {
      this.#inbox.delete(dir);
      this.#follow(dir, names);
      if (clock.nowMs() >= untilMs) break;
    }
    if (this.#inbox.size > 0 || this.#listings.length > 0) {
      this.#scheduleTurn();
      return;
    }
    this.#settle();
  }

  /** Closes the open batch, or says when to try again. */
  #settle(): void {
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const { clock, onEvents } = this.#ports;
    let nowMs = clock.nowMs();
    if (this.#isWaitingForDirectories(nowMs)) return;
    if (this.#step(nowMs)?._tag === 'close') {
      for (const group of this.#changes.close(nowMs, this.#forest)) {
        onEvents(group);
        if (this.#isClosed) return;
      }
      nowMs = clock.nowMs();
      this.#read(nowMs);
    }
    const step = this.#step(nowMs);
    if (step?._tag === 'lookNextTurn') {
      this.#changes.lookAgain(nowMs);
      this.#scheduleTurn();
      return;
    }
    const heldForMs = this.#changes.heldForMs(nowMs) ?? Infinity;
    const waitMs =
      step === undefined ? heldForMs : Math.min(heldForMs, step._tag === 'wait' ? step.ms : 1);
    if (waitMs === Infinity) return;
    this.#cancelTimer = clock.after(Math.max(1, waitMs), () => this.#scheduleTurn());
  }

  /** Reads contents while nothing else is to be done. */
  #read(untilMs: number): void {
    const { clock } = this.#ports;
    while (this.#changes.isReadingDue && clock.nowMs() < untilMs) {
      this.#changes.readNext(clock.nowMs());
    }
    if (!this.#changes.isReadingDue) return;
    this.#cancelReading ??= clock.after(readPauseMs, () => {
      this.#cancelReading = undefined;
      this.#read(this.#ports.clock.nowMs() + readMs);
      this.#scheduleTurn();
    });
  }

  #step(nowMs: number): SettleStep | undefined {
    const batch = this.#changes.openBatch(nowMs);
    return batch === undefined ? undefined : settle(batch, this.#options, nowMs);
  }

  /** What is in a new directory belongs to its batch, so it is waited for, within reason. */
  #isWaitingForDirectories(nowMs: number): boolean {
    if (this.#askedCount === 0) return false;
    const batch = this.#changes.openBatch(nowMs);
    return batch !== undefined && !batch.isOnlyEdits() && nowMs - batch.firstMs < longestWaitMs;
  }

  // ── roots ────────────────────────────────────────────────────────────────────────────────────────────────────────

  /** Finds out what a root is now, and watches for it, or for the nearest thing that can tell of it. */
  #place(root: Root, isSilent: boolean): void {
    const look = this.#look(root.path);
    if (look?.kind === 'directory') {
      const directory = this.#forest.ensure(root.path);
      const views = directory.views.filter((view) => view.root !== root);
      this.#found(directory, look, [...views, { root, level: 0 }], isSilent);
      return;
    }
    if (look === undefined && isSilent) {
      this.#report('ENOENT', root.path, 'does not exist; it is watched from when it appears');
    }
    let name = root.path;
    let above = dirname(name);
    while (this.#look(above)?.kind !== 'directory' && above !== dirname(above)) {
      name = above;
      above = dirname(name);
    }
    const directory = this.#forest.ensure(above);
    const part = name.slice(above === '/' ? 1 : above.length + 1);
    directory.awaited ??= new Map();
    const awaiting = directory.awaited.get(part) ?? new Set();
    directory.awaited.set(part, awaiting.add(root));
    const aboveLook = this.#look(above);
    if (aboveLook !== undefined) this.#found(directory, aboveLook, directory.views, isSilent);
    this.#check(directory, part, isSilent, directory.views);
  }

  #leave(root: Root): void {
    this.#roots.delete(root.path);
    for (const directory of [...this.#forest.all()]) {
      directory.views = directory.views.filter((view) => view.root !== root);
      for (const [name, awaiting] of directory.awaited ?? []) {
        awaiting.delete(root);
        if (awaiting.size === 0) directory.awaited?.delete(name);
      }
      const isNeeded = directory.views.length > 0 || (directory.awaited?.size ?? 0) > 0;
      this.#changes.forget(directory, (name) => isNeeded && isWanted(directory, name));
      if (isNeeded) continue;
      this.#unwatch(directory);
      this.#forest.drop(directory);
    }
  }

  // ── directories ──────────────────────────────────────────────────────────────────────────────────────────────────

  #found(directory: Directory, look: Look, views: readonly View[], isSilent: boolean): void {
    const viewsBefore = directory.views;
    directory.views = views;
    const isSame = directory.live !== undefined && isSameIdentity(directory.live, look);
    if (isSame) {
      const isWider = views.some((view) => !viewsBefore.some(({ root }) => root === view.root));
      if (isWider && directory.watch !== 'asked') {
        this.#listings.push({ directory, isSilent, viewsBefore });
        this.#scheduleTurn();
      }
      return;
    }
    this.#unwatch(directory);
    directory.live = { dev: look.dev, ino: look.ino, birthMs: look.birthMs };
    if (isSilent) {
      directory.reported = directory.live;
      this.#silent.add(directory);
    } else this.#changes.touchDirectory(directory, this.#ports.clock.nowMs());
    directory.watch = 'asked';
    this.#askedCount += 1;
    this.#watcher.watch(directory.path);
  }

  #answer(directory: Directory, watch: 'yes' | 'refused'): void {
    directory.watch = watch;
    this.#askedCount -= 1;
    const isSilent = this.#silent.delete(directory);
    this.#listings.push({ directory, isSilent, viewsBefore: isSilent ? [] : directory.views });
  }

  #unwatch(directory: Directory): void {
    if (directory.watch === 'no') return;
    if (directory.watch === 'asked') this.#askedCount -= 1;
    directory.watch = 'no';
    this.#silent.delete(directory);
    this.#watcher.release(directory.path);
  }

  /** The directory is gone, and all that was in it. */
  #lost(directory: Directory): void {
    if (directory.live === undefined) return;
    const nowMs = this.#ports.clock.nowMs();
    directory.live = undefined;
    this.#unwatch(directory);
    this.#changes.touchDirectory(directory, nowMs);
    for (const name of directory.files.keys())
      this.#changes.note(directory, name, undefined, nowMs);
    for (const child of directory.children?.values() ?? []) this.#lost(child);
    const roots = new Set<Root>();
    for (const { root, level } of directory.views) if (level === 0) roots.add(root);
    for (const awaiting of directory.awaited?.values() ?? [])
      for (const root of awaiting) roots.add(root);
    directory.awaited = undefined;
    for (const root of roots) this.#place(root, false);
  }

  #list(listing: Listing | undefined): void {
    if (listing === undefined) return;
    const { directory, isSilent, viewsBefore } = listing;
    if (directory.live === undefined) return;
    const names = this.#ports.fileSystem.list(directory.path);
    if (names === undefined) {
      this.#checkItself(directory);
      return;
    }
    if ('kind' in names) {
      this.#report(names.code, directory.path, 'cannot be read');
      return;
    }
    if (directory.views.length === 0) {
      for (const name of directory.awaited?.keys() ?? [])
        this.#check(directory, name, isSilent, viewsBefore);
      return;
    }
    for (const name of names) this.#check(directory, name, isSilent, viewsBefore);
    if (isSilent || (directory.files.size === 0 && directory.children === undefined)) return;
    const present = new Set(names);
    for (const name of [...directory.files.keys(), ...(directory.children?.keys() ?? [])]) {
      if (!present.has(name)) this.#check(directory, name, isSilent, viewsBefore);
    }
  }

  // ── looks ────────────────────────────────────────────────────────────────────────────────────────────────────────

  #follow(dir: string, names: Set<string> | null): void {
    const directory = this.#forest.get(dir);
    if (directory?.live === undefined) {
      // A watch of a single file, or of a directory that is not known: its parent can tell.
      const above = this.#forest.get(dirname(dir));
      const name = dir.slice(dirname(dir) === '/' ? 1 : dirname(dir).length + 1);
      if (above?.live !== undefined) this.#check(above, name, false, above.views);
      return;
    }
    if (names === null) {
      this.#listings.push({ directory, isSilent: false, viewsBefore: directory.views });
      return;
    }
    for (const name of names) {
      if (directory.path.endsWith(`/${name}`)) this.#checkItself(directory);
      if (directory.views.length > 0 || directory.awaited?.has(name) === true) {
        this.#check(directory, name, false, directory.views);
      }
    }
  }

  #checkItself(directory: Directory): void {
    const look = this.#look(directory.path);
    if (look?.kind !== 'directory') this.#lost(directory);
    else this.#found(directory, look, directory.views, false);
  }

  /** Looks at one entry, and notes what it is now. */
  #check(
    directory: Directory,
    name: string,
    isSilent: boolean,
    viewsBefore: readonly View[],
  ): void {
    const path = pathIn(directory, name);
    const look = this.#look(path);
    const child = this.#forest.get(path);
    if (look?.kind === 'directory') {
      const own = child?.views.filter(({ level }) => level === 0) ?? [];
      const views = [...viewsBelow(directory, name), ...own];
      if (views.length > 0) {
        const found = child ?? this.#forest.ensure(path);
        this.#forest.adopt(directory, found);
        this.#found(found, look, views, isSilent);
      }
    } else if (child !== undefined) this.#lost(child);

    const isFile = look?.kind === 'file' || look?.kind === 'link';
    const file = isFile && isWanted(directory, name) ? look : undefined;
    const wasWanted = isCovered(directory, name, viewsBefore);
    if (isSilent && !directory.files.has(name) && !wasWanted) {
      if (file !== undefined) this.#changes.accept(directory, name, file);
    } else this.#changes.note(directory, name, file, this.#ports.clock.nowMs());

    for (const root of [...(directory.awaited?.get(name) ?? [])]) {
      if (look?.kind !== 'directory') continue;
      directory.awaited?.get(name)?.delete(root);
      if (directory.awaited?.get(name)?.size === 0) directory.awaited.delete(name);
      this.#place(root, isSilent);
    }
  }

  #look(path: string): Look | undefined {
    const look = this.#ports.fileSystem.look(path, this.#options.followSymlinks);
    if (look?.kind !== 'unreadable') return look;
    this.#report(look.code, path, 'cannot be looked at');
    return undefined;
  }

  #lookAtAll(): void {
    if (this.#listings.length > 0) return;
    for (const directory of this.#forest.all()) {
      if (directory.live === undefined) continue;
      this.#listings.push({ directory, isSilent: false, viewsBefore: directory.views });
    }
  }

  #refuse(error: Error): void {
    const code = 'code' in error ? String(error.code) : 'EBACKEND';
    const path = 'path' in error ? String(error.path) : '';
    const directory = this.#forest.get(path);
    if (directory?.watch === 'asked') this.#answer(directory, 'refused');
    if (code === 'ENOENT' || code === 'ENOTDIR') return;
    this.#report(code, path, error.message);
  }

  #report(code: string, path: string, what: string): void {
    this.#ports.onError({ _tag: 'WatchError', code, path, message: `${path}: ${what}` });
  }
}
