import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { Clock } from '../disk/Clock.js';
import type { FileSystem } from '../disk/FileSystem.js';
import { isSameLook, type Look } from '../disk/Look.js';
import { Snapshot, stateOf } from '../disk/Snapshot.js';
import { WallClock } from '../disk/WallClock.js';
import type { Directory } from '../forest/Directory.js';
import type { Forest } from '../forest/Forest.js';
import { BusyFiles } from './BusyFiles.js';
import { Contents } from './Contents.js';
import { dueChanges } from './dueChanges.js';
import { InitialFiles, type InitialFilesOptions } from './InitialFiles.js';
import { findMovedDirectories, MovedDirectories } from './movedDirectories.js';
import { NamedFiles } from './NamedFiles.js';
import { NothingTold } from './NothingTold.js';
import { type NetEvent, netEvents } from './netEvents.js';
import { ChangeIndex, type PendingChange } from './PendingChange.js';
import { PendingLooks, type PendingLooksOptions } from './PendingLooks.js';
import { digestsOfRenamed, type PathDiff } from './pairRenames.js';
import { type HintsAhead, WaitingHints } from './WaitingHints.js';
import { type OpenBatch, openBatchOf } from './whenToEmit.js';

/**
 * In a batch of up to this many changes, edited files are read when they are reported. In a larger one that would delay
 * the batch: its files are read ahead later.
 */
const readAtOnceCount = 8;

/** Why a file is looked at. */
export interface LookReason {
  /** Whether the backend named this very file. */
  readonly isHinted: boolean;
  /** Whether hints were lost, of which one may have named it. */
  readonly areHintsLost?: boolean;
}

export interface ChangesOptions extends PendingLooksOptions, InitialFilesOptions {
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
  /** Undefined: nobody asks. */
  readonly #nothing: NothingTold | undefined;
  /** Looks at pending files again. */
  readonly #looks: PendingLooks;
  /** Every file as it was last reported, or as it was at the start. `Directory.files` has the slots. */
  readonly #snapshot = new Snapshot();
  /** Compares a file with the snapshot by content, where size and times do not decide. */
  readonly contents: Contents;
  /** Files of the snapshot that were not looked at yet. */
  readonly named: NamedFiles;
  /** Records files that existed before they were watched. */
  readonly initial: InitialFiles;
  /** Files that may differ from the snapshot. */
  readonly #pending = new ChangeIndex();
  /**
   * Directories that appeared, disappeared or were replaced, with the time at which that was seen. When the batch is
   * emitted, the moved directories are found among them.
   */
  readonly #directories = new Map<Directory, number>();
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
    clock: Pick<Clock, 'nowMs' | 'stampMs'>,
    onNothing?: (path: string, why: IgnoredPath['why']) => void,
  ) {
    this.#nothing = onNothing && new NothingTold(onNothing);
    this.#looks = new PendingLooks(options, fileSystem, () => clock.stampMs());
    this.#options = options;
    this.#busy = new BusyFiles(options.settleMaxMs);
    this.contents = new Contents(fileSystem, this.#snapshot, options.followSymlinks);
    const wall = new WallClock(clock);
    this.named = new NamedFiles(this.#snapshot, wall);
    this.initial = new InitialFiles(options, {
      wall,
      snapshot: this.#snapshot,
      named: this.named,
      contents: this.contents,
      looks: this.#looks,
    });
  }

  /** Records what a look at a path found. */
  note(
    directory: Directory,
    name: string,
    path: string,
    look: Look | undefined,
    nowMs: number,
    { isHinted, areHintsLost = false }: LookReason,
  ): void {
    const slot = directory.files.get(name);
    const isAsReported =
      slot === undefined
        ? look === undefined
        : look !== undefined && this.#snapshot.isSame(slot, look);
    const change = this.#pending.size === 0 ? undefined : this.#pending.get(path);
    // A second write within one tick of the disk's clock leaves no trace but the hint. The hint may come late, so what counts is when the file
    // was looked at. The doubt lasts until the change is reported: a second look, without a hint, tells no more than the first.
    const mayBeHinted = isHinted || change !== undefined;
    const isDoubtful =
      slot !== undefined && this.#snapshot.isDoubtful(slot, mayBeHinted, areHintsLost);
    if (isAsReported && !isDoubtful) {
      const isAsked = isHinted || change !== undefined;
      if (isAsked) this.#nothing?.unchanged(name, path, slot !== undefined, change !== undefined);
      if (change !== undefined) this.#pending.delete(change);
      return;
    }
    if (change === undefined) {
      const before = slot === undefined ? undefined : this.#snapshot.read(slot);
      const { isFresh, unwrittenMs } = this.#looks.ageOf(look, directory);
      this.#pending.add({
        directory,
        name,
        path,
        before,
        look,
        firstMs: nowMs,
        hintMs: nowMs,
        sinceMs: nowMs - unwrittenMs,
        lookedMs: nowMs,
        isFresh,
        heldUntilMs: 0,
      });
      return;
    }
    if (isHinted || !isSameLook(change.look, look)) change.hintMs = nowMs;
    this.#looks.update(change, look, nowMs);
  }

  /**
   * Whether a pending change was looked at after a moment, and found what a listing found: a file, or none. Then no hint that was lost before
   * that moment matters to it.
   */
  isKnownSince(path: string, sinceMs: number, isThere: boolean): boolean {
    const change = this.#pending.get(path);
    return (
      change !== undefined && change.lookedMs > sinceMs && (change.look !== undefined) === isThere
    );
  }

  get pendingCount(): number {
    return this.#pending.size;
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
    for (const name of directory.files.names()) {
      const slot = directory.files.get(name);
      if (slot === undefined || isWanted(name)) continue;
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
    this.#looks.lookAgain(this.#pending.values(), nowMs);
  }

  /**
   * Looks at the pending files once more, and removes the changes that are due. Returns their events, group by group;
   * the other changes stay pending.
   *
   * @param ahead - The hints that wait to be followed. What may be half of a move that they tell of stays pending. Left out: none waits.
   */
  takeDue(nowMs: number, forest: Forest, ahead?: HintsAhead): readonly (readonly NetEvent[])[] {
    const isEager = this.openBatch(nowMs)?.isOnlyEdits() ?? true;
    const { expandDirectories, settleMaxMs } = this.#options;
    const settled: Directory[] = [];
    const unsettled = new Set<Directory>();
    for (const [directory, atMs] of this.#directories) {
      if (ahead === undefined || atMs < ahead.followedToMs) settled.push(directory);
      else unsettled.add(directory);
    }
    const waiting = ahead && new WaitingHints(ahead, settleMaxMs, unsettled);
    this.#looks.lookAgain(this.#pending.values(), nowMs, waiting);
    const moved = new MovedDirectories(expandDirectories ? [] : findMovedDirectories(settled));
    const due = dueChanges([...this.#pending.values()], {
      timing: this.#options,
      nowMs,
      waiting,
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
        if (!Number.isNaN(digest) && !this.#looks.wasStill(change, look, nowMs)) continue;
      }
      diffs.push({ path, before, after: look, isChanged });
      if (!isChanged && (before !== undefined) === (look !== undefined)) {
        this.#nothing?.noChange(change);
      }
      this.#commit(change, digest);
      if (look !== undefined && Number.isNaN(digest)) this.contents.postpone(directory);
    }
    const groups = netEvents(diffs, moved);
    this.#commitDirectories(settled, forest);
    if (groups.length > 0) {
      this.#lastEmitMs = nowMs;
      this.#busy.noteEmitted(
        groups.flatMap((group) => group.map(({ path }) => path)),
        nowMs,
      );
      this.#nothing?.noteEmitted(groups);
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
      const slot = this.#snapshot.add(before, before.digest, stateOf(before));
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

  /** Ends a change that is reported: the snapshot gets what the disk has now. */
  #commit(change: PendingChange, digest: number): void {
    const { directory, name, look } = change;
    const state = stateOf(change);
    this.#pending.delete(change);
    const slot = directory.files.get(name);
    if (look === undefined) {
      directory.files.delete(name);
      if (slot !== undefined) this.#snapshot.remove(slot);
    } else if (slot === undefined) {
      directory.files.set(name, this.#snapshot.add(look, digest, state));
    } else {
      this.#snapshot.write(slot, look, digest, state);
    }
  }

  /** Marks the directories as reported. A directory that is gone leaves the forest when its last file is reported. */
  #commitDirectories(directories: Iterable<Directory>, forest: Forest): void {
    for (const directory of directories) {
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
