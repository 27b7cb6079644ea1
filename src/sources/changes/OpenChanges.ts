import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { FileSystem, Unreadable } from '../disk/FileSystem.js';
import { isSameLook, isTouch, type Look } from '../disk/Look.js';
import { Snapshot } from '../disk/Snapshot.js';
import { writeAge } from '../disk/writeAge.js';
import type { Directory } from '../forest/Directory.js';
import { type Forest, pathIn } from '../forest/Forest.js';
import { BusyFiles } from './BusyFiles.js';
import { Contents } from './Contents.js';
import { dueChanges } from './dueChanges.js';
import { findMovedDirectories, MovedDirectories } from './movedDirectories.js';
import { deletedIn, type NetEvent, netEvents } from './netEvents.js';
import { ChangeIndex, type PendingChange, unstableForMs, updateLook } from './PendingChange.js';
import { digestsOfRenamed, type PathDiff } from './pairRenames.js';
import { isTemporaryName } from './temporaryNames.js';
import { type BatchTiming, type OpenBatch, openBatchOf } from './whenToEmit.js';

/**
 * In a batch of up to this many changes, edited files are read when they are reported. In a larger one that would delay
 * the batch: its files are read ahead later.
 */
const readAtOnceCount = 8;

export interface ChangesOptions extends BatchTiming {
  /** Whether files that existed before they were watched are events. */
  readonly initial: boolean;
  readonly followSymlinks: boolean;
  readonly expandDirectories: boolean;
}

/**
 * The snapshot of what was reported, and the pending changes: where the disk may differ from it. This room turns looks
 * (one stat of a path each) into net events: `note` records what a look found, `openBatch` describes the pending
 * changes, and `takeDue` turns those that are due into events.
 *
 * A path that may differ from the snapshot has a pending change. The change ends when the path is as it was again, or
 * when the change is reported.
 */
export class OpenChanges {
  readonly #options: ChangesOptions;
  readonly #fileSystem: FileSystem;
  readonly #onNothing: ((path: string, why: IgnoredPath['why']) => void) | undefined;
  /** The wall clock, to which the times of files are compared. */
  readonly #stampMs: () => number;
  /** Every file as it was last reported, or as it was at the start. `Directory.files` has the slots. */
  readonly #snapshot = new Snapshot();
  /** Compares a file with the snapshot by content, where size and times do not decide. */
  readonly contents: Contents;
  /** Files that may differ from the snapshot. */
  readonly #pending = new ChangeIndex();
  /**
   * Directories that appeared, disappeared or were replaced, with the time at which that was seen. When the batch is
   * emitted, the moved directories are found among them.
   */
  readonly #directories = new Map<Directory, number>();
  /** Paths that the last events reported as deleted: later hints of them tell nothing new. */
  #deleted: ReadonlySet<string> = new Set();
  /** Paths of files that existed before they were watched, and are to be reported. */
  readonly #initial: string[] = [];
  /**
   * When events were last emitted.
   * An edit after a pause is emitted at once; one that follows another waits for quiet.
   */
  #lastEmitMs = -Infinity;
  readonly #busy: BusyFiles;

  /** `onNothing` is called with each path that was seen to change, and is no event. Undefined: nobody asks. */
  constructor(
    options: ChangesOptions,
    fileSystem: FileSystem,
    stampMs: () => number,
    onNothing?: (path: string, why: IgnoredPath['why']) => void,
  ) {
    this.#onNothing = onNothing;
    this.#stampMs = stampMs;
    this.#options = options;
    this.#busy = new BusyFiles(options.settleMaxMs);
    this.#fileSystem = fileSystem;
    this.contents = new Contents(fileSystem, this.#snapshot, options.followSymlinks);
  }

  /** Records a file that existed before it was watched. It is reported only if `initial` is set. */
  addInitial(directory: Directory, name: string, look: Look): void {
    if (this.#options.initial) this.#initial.push(pathIn(directory, name));
    directory.files.set(name, this.#snapshot.add(look, Number.NaN));
    this.contents.postpone(directory);
  }

  /** The events of the files that existed before they were watched, and were not taken yet. */
  takeInitial(): readonly NetEvent[] {
    const paths = this.#initial.splice(0).sort();
    return paths.map((path) => ({ _tag: 'Created', path, kind: 'file' }));
  }

  /** Records what a look at a path found. `isHinted`: the backend named it. */
  note(
    directory: Directory,
    name: string,
    path: string,
    look: Look | undefined,
    nowMs: number,
    isHinted: boolean,
  ): void {
    const slot = directory.files.get(name);
    const isAsReported =
      slot === undefined
        ? look === undefined
        : look !== undefined && this.#snapshot.isSame(slot, look);
    // A second write within one tick of the disk's clock leaves no trace but the hint.
    const isDoubtful =
      isHinted && look !== undefined && writeAge(look, this.#stampMs()) === 'this tick';
    const isCertain = isAsReported && !isDoubtful;
    if (isCertain && isHinted) this.#tellNothing(name, path, slot !== undefined);
    if (this.#pending.size === 0 && isCertain) return;
    const change = this.#pending.get(path);
    if (isCertain) {
      if (change === undefined) return;
      if (!isHinted) this.#tellNothing(name, path, slot !== undefined);
      this.#pending.delete(change);
      return;
    }
    if (change === undefined) {
      const before = slot === undefined ? undefined : this.#snapshot.read(slot);
      this.#pending.add({
        directory,
        name,
        path,
        before,
        look,
        firstMs: nowMs,
        hintMs: nowMs,
        sinceMs: nowMs,
        lookedMs: nowMs,
        heldUntilMs: 0,
      });
      return;
    }
    if (isHinted || !isSameLook(change.look, look)) change.hintMs = nowMs;
    updateLook(change, look, nowMs);
  }

  /** Whether a path has changed, and that was not told yet. */
  isOpen(path: string): boolean {
    return this.#pending.get(path) !== undefined;
  }

  /** Records that a directory appeared, disappeared, or was replaced by another. */
  directoryChanged(directory: Directory, nowMs: number): void {
    if (!this.#directories.has(directory)) this.#directories.set(directory, nowMs);
  }

  /** Drops files that were never reported and are gone with their directory. */
  forgetUnreported(directory: Directory): void {
    for (const change of this.#pending.in(directory)) {
      if (change.before === undefined) this.#pending.delete(change);
    }
  }

  /** Drops the files that are not wanted any more, without an event. */
  forget(directory: Directory, isWanted: (name: string) => boolean): void {
    for (const [name, slot] of directory.files) {
      if (isWanted(name)) continue;
      directory.files.delete(name);
      this.#snapshot.remove(slot);
    }
    for (const change of this.#pending.in(directory)) {
      if (!isWanted(change.name)) this.#pending.delete(change);
    }
    if (directory.files.size > 0) return;
    this.#directories.delete(directory);
    this.contents.forget(directory);
  }

  /** The batch as it is now; `undefined`: no change is pending, or all are held back. */
  openBatch(nowMs: number): OpenBatch | undefined {
    return openBatchOf(
      {
        changes: () => this.#pending.values(),
        directoriesAtMs: () => this.#directories.values(),
        lastEmitMs: this.#lastEmitMs,
        busy: this.#busy,
      },
      nowMs,
    );
  }

  /** How long until the first of the held changes is released; `undefined`: none is held. */
  heldForMs(nowMs: number): number | undefined {
    let untilMs = Infinity;
    for (const { heldUntilMs } of this.#pending.values()) {
      if (heldUntilMs > nowMs) untilMs = Math.min(untilMs, heldUntilMs);
    }
    return untilMs === Infinity ? undefined : untilMs - nowMs;
  }

  /** Looks again at each pending file that was not yet stable at its last look. */
  lookAgain(nowMs: number): void {
    for (const change of this.#pending.values()) {
      if (change.look === undefined || change.heldUntilMs > nowMs) continue;
      if (unstableForMs(change, change.lookedMs) === 0) continue;
      if (writeAge(change.look, this.#stampMs()) === 'old') continue;
      const look = this.#lookLike(change.look, change.path);
      if (look?.kind === 'unreadable') continue;
      const isFile = look?.kind === 'file' || look?.kind === 'link';
      updateLook(change, isFile ? look : undefined, nowMs);
    }
  }

  /**
   * Looks at the pending files once more, and removes the changes that are due. Returns their events, group by group;
   * the other changes stay pending.
   */
  takeDue(nowMs: number, forest: Forest): readonly (readonly NetEvent[])[] {
    const isEager = this.openBatch(nowMs)?.isOnlyEdits() ?? true;
    this.lookAgain(nowMs);
    const { expandDirectories } = this.#options;
    const moved = new MovedDirectories(
      expandDirectories ? [] : findMovedDirectories(this.#directories.keys()),
    );
    const due = dueChanges([...this.#pending.values()], {
      timing: this.#options,
      nowMs,
      isEager,
      moved,
    });
    const diffs = this.#moveHeldAlong(due, moved);
    const renamedDigest = digestsOfRenamed(due);
    for (const change of due) {
      const { directory, path, before, look } = change;
      let digest = before === undefined ? renamedDigest(look) : Number.NaN;
      let isChanged = false;
      if (before !== undefined && look !== undefined) {
        ({ isChanged, digest } = this.contents.compare(path, before, look));
        if (isChanged && Number.isNaN(digest) && due.length <= readAtOnceCount) {
          digest = this.contents.digest(path, look);
        }
        if (!Number.isNaN(digest) && !this.#wasStill(change, look, nowMs)) continue;
      }
      diffs.push({ path, before, after: look, isChanged });
      if (!isChanged && (before !== undefined) === (look !== undefined)) {
        this.#onNothing?.(path, whyNothing(change));
      }
      this.#commit(change, digest);
      if (look !== undefined && Number.isNaN(digest)) this.contents.postpone(directory);
    }
    const groups = netEvents(diffs, moved);
    this.#commitDirectories(forest);
    if (groups.length > 0) {
      this.#lastEmitMs = nowMs;
      this.#busy.noteEmitted(
        groups.flatMap((group) => group.map(({ path }) => path)),
        nowMs,
      );
      if (this.#onNothing !== undefined) this.#deleted = deletedIn(groups);
    }
    return groups;
  }

  /**
   * Handles files of a moved directory whose changes are not due yet. The snapshot moves them to their new paths as
   * they were reported, because the directory's event implies that move. Any other difference stays pending, as a
   * change of the new path.
   */
  #moveHeldAlong(due: readonly PendingChange[], moved: MovedDirectories): PathDiff[] {
    const isDue = new Set(due);
    const diffs: PathDiff[] = [];
    for (const { before, look, path } of due) {
      if (before === undefined || look !== undefined) continue;
      const newPath = moved.newPathOf(path);
      const held = newPath === undefined ? undefined : this.#pending.get(newPath);
      if (held?.look === undefined || held.before !== undefined || isDue.has(held)) continue;
      const slot = this.#snapshot.add(before, before.digest);
      held.directory.files.set(held.name, slot);
      if (Number.isNaN(before.digest)) this.contents.postpone(held.directory);
      this.#pending.delete(held);
      if (!this.#snapshot.isSame(slot, held.look)) {
        this.#pending.add({ ...held, before, heldUntilMs: 0 });
      }
      diffs.push({ path: held.path, before: undefined, after: before, isChanged: false });
    }
    return diffs;
  }

  /**
   * Whether nobody wrote to the file while it was read, or its change has waited for `settleMaxMs`. Otherwise the
   * change stays pending.
   */
  #wasStill(change: PendingChange, look: Look, nowMs: number): boolean {
    const after = this.#lookLike(look, change.path);
    if (after?.kind === 'unreadable' || isSameLook(look, after)) return true;
    if (nowMs - change.firstMs >= this.#options.settleMaxMs) return true;
    updateLook(change, after, nowMs);
    change.hintMs = nowMs;
    return false;
  }

  /** Looks at a path as it was looked at before: a root that is a link is followed, also where links are not. */
  #lookLike(before: Look, path: string): Look | Unreadable | undefined {
    return this.#fileSystem.look(path, before.isFollowed || this.#options.followSymlinks);
  }

  /** A hint named a file that is as it was reported, or that is not there and was not before. */
  #tellNothing(name: string, path: string, isThere: boolean): void {
    if (this.#onNothing === undefined) return;
    // The last hint of a change that was reported comes after its event: nothing happened since.
    if (this.#pending.get(path) === undefined && (isThere || this.#deleted.has(path))) return;
    this.#onNothing(path, !isThere && isTemporaryName(name) ? 'temporary' : 'netNothing');
  }

  /** Ends a change that is reported: the snapshot gets what the disk has now. */
  #commit(change: PendingChange, digest: number): void {
    const { directory, name, look } = change;
    this.#pending.delete(change);
    const slot = directory.files.get(name);
    if (look === undefined) {
      directory.files.delete(name);
      if (slot !== undefined) this.#snapshot.remove(slot);
    } else if (slot === undefined) {
      directory.files.set(name, this.#snapshot.add(look, digest));
    } else {
      this.#snapshot.write(slot, look, digest);
    }
  }

  /** Marks the directories as reported. A directory that is gone leaves the forest when its last file is reported. */
  #commitDirectories(forest: Forest): void {
    for (const directory of this.#directories.keys()) {
      if (directory.live !== undefined) {
        directory.reported = directory.live;
        this.#directories.delete(directory);
      } else if (directory.files.size === 0) {
        this.#directories.delete(directory);
        directory.reported = undefined;
        this.contents.forget(directory);
        if (forest.get(directory.path) === directory) forest.drop(directory);
      }
    }
  }
}

/** Why a change that was looked at once more, and changed nothing, is no event. */
function whyNothing({ name, before, look }: PendingChange): IgnoredPath['why'] {
  if (before === undefined || look === undefined) {
    return isTemporaryName(name) ? 'temporary' : 'netNothing';
  }
  return isTouch(before, look) ? 'touched' : 'sameContent';
}
