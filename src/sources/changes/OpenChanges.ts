import { type Change, ChangeIndex } from './PendingChange.js';
import { Contents } from './Contents.js';
import type { Directory } from '../forest/Directory.js';
import { dueChanges, unstableForMs } from './dueChanges.js';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Forest } from '../forest/Forest.js';
import { isSameLook, type Look } from '../disk/Look.js';
import { movedDigests, movedDirectories, type MovedDirectory, movesOf } from './moves.js';
import { netEvents, type NetEvent, type Touched } from './netEvents.js';
import { openBatchOf } from './openBatchOf.js';
import type { OpenBatch, SettleOptions } from './settle.js';
import { Snapshot } from '../disk/Snapshot.js';
import { writeAge } from '../disk/writeAge.js';

/** A few edited files are read as they are reported; more are read when there is time. */
const readAtOnceCount = 8;
export interface ChangesOptions extends SettleOptions {
  readonly followSymlinks: boolean;
  readonly expandDirectories: boolean;
}

/** The snapshot of what was reported, and the paths that may differ from it: looks go in, net events come out. */
export class OpenChanges {
  readonly #options: ChangesOptions;
  readonly #fileSystem: FileSystem;
  readonly #stampMs: () => number;
  readonly #snapshot = new Snapshot();
  readonly contents: Contents;
  readonly #changes = new ChangeIndex();
  /** Directories that came, went, or became others, with the time at which that was seen. */
  readonly #directories = new Map<Directory, number>();
  #lastEmitMs = -Infinity;

  constructor(options: ChangesOptions, fileSystem: FileSystem, stampMs: () => number) {
    this.#stampMs = stampMs;
    this.#options = options;
    this.#fileSystem = fileSystem;
    this.contents = new Contents(fileSystem, this.#snapshot, options.followSymlinks);
  }

  /** Takes a file as known without a word: it was there before anyone asked. */
  accept(directory: Directory, name: string, look: Look): void {
    directory.files.set(name, this.#snapshot.add(look, Number.NaN));
    this.contents.postpone(directory);
  }

  /** What a look at a path found. `isHinted`: because the backend named it. */
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
    // A second write in one tick of the disk's clock leaves no trace but the hint.
    const isDoubtful =
      isHinted && look !== undefined && writeAge(look, this.#stampMs()) === 'this tick';
    const isCertain = isAsReported && !isDoubtful;
    if (this.#changes.size === 0 && isCertain) return;
    const change = this.#changes.get(path);
    if (isCertain) {
      if (change !== undefined) this.#changes.delete(change);
      return;
    }
    if (change === undefined) {
      const before = slot === undefined ? undefined : this.#snapshot.read(slot);
      this.#changes.add({
        ...{ directory, name, path, before, look },
        ...{ firstMs: nowMs, hintMs: nowMs, sinceMs: nowMs, lookedMs: nowMs, heldUntilMs: 0 },
      });
      return;
    }
    if (isHinted || !isSameLook(change.look, look)) change.hintMs = nowMs;
    update(change, look, nowMs);
  }

  /** A directory came, went, or became another one. */
  touchDirectory(directory: Directory, nowMs: number): void {
    if (!this.#directories.has(directory)) this.#directories.set(directory, nowMs);
  }

  /** Drops files that were never reported and went with their directory. */
  forgetUnreported(directory: Directory): void {
    for (const change of this.#changes.in(directory)) {
      if (change.before === undefined) this.#changes.delete(change);
    }
  }

  /** Drops what nobody wants any more, without a word. */
  forget(directory: Directory, isWanted: (name: string) => boolean): void {
    for (const [name, slot] of directory.files) {
      if (isWanted(name)) continue;
      directory.files.delete(name);
      this.#snapshot.remove(slot);
    }
    for (const change of this.#changes.in(directory)) {
      if (!isWanted(change.name)) this.#changes.delete(change);
    }
    if (directory.files.size > 0) return;
    this.#directories.delete(directory);
    this.contents.forget(directory);
  }

  /** The batch as it stands; `undefined`: nothing is open, or all of it is kept back. */
  openBatch(nowMs: number): OpenBatch | undefined {
    return openBatchOf(
      {
        changes: () => this.#changes.values(),
        directoriesAtMs: () => this.#directories.values(),
        lastEmitMs: this.#lastEmitMs,
      },
      nowMs,
    );
  }

  /** When the first of what is kept back is due; `undefined`: nothing is. */
  heldForMs(nowMs: number): number | undefined {
    let untilMs = Infinity;
    for (const { heldUntilMs } of this.#changes.values()) {
      if (heldUntilMs > nowMs) untilMs = Math.min(untilMs, heldUntilMs);
    }
    return untilMs === Infinity ? undefined : untilMs - nowMs;
  }

  /** Looks again at what is open, and was not yet seen to hold still for long enough. */
  lookAgain(nowMs: number): void {
    for (const change of this.#changes.values()) {
      if (change.look === undefined || change.heldUntilMs > nowMs) continue;
      if (
        unstableForMs(change, change.lookedMs) === 0 ||
        writeAge(change.look, this.#stampMs()) === 'old'
      )
        continue;
      const look = this.#fileSystem.look(change.path, this.#options.followSymlinks);
      if (look?.kind === 'unreadable') continue;
      const isFile = look?.kind === 'file' || look?.kind === 'link';
      update(change, isFile ? look : undefined, nowMs);
    }
  }

  /** Looks once more, and turns what holds still into events, group by group; the rest stays open. */
  close(nowMs: number, forest: Forest): readonly (readonly NetEvent[])[] {
    const isEager = this.openBatch(nowMs)?.isOnlyEdits() ?? true;
    this.lookAgain(nowMs);
    const { expandDirectories } = this.#options;
    const moved = expandDirectories ? [] : movedDirectories(this.#directories.keys());
    const due = dueChanges([...this.#changes.values()], this.#options, nowMs, isEager, moved);
    const touched: Touched[] = this.#moveAlong(due, moved);
    const digestOfMoved = movedDigests(due);
    for (const change of due) {
      const { directory, path, before, look } = change;
      let digest = before === undefined ? digestOfMoved(look) : Number.NaN;
      let isChanged = false;
      if (before !== undefined && look !== undefined) {
        ({ isChanged, digest } = this.contents.compare(path, before, look));
        if (isChanged && Number.isNaN(digest) && due.length <= readAtOnceCount) {
          digest = this.contents.digest(path, look);
        }
        if (!Number.isNaN(digest) && !this.#isStill(change, look, nowMs)) continue;
      }
      touched.push({ path, before, after: look, isChanged });
      this.#commit(change, digest);
      if (look !== undefined && Number.isNaN(digest)) this.contents.postpone(directory);
    }
    const groups = netEvents(touched, moved);
    this.#settleDirectories(forest);
    if (groups.length > 0) this.#lastEmitMs = nowMs;
    return groups;
  }

  /**
   * What is kept back under a moved directory moves along as it was reported: what else became of it is told when it is
   * due, as a change of the new path.
   */
  #moveAlong(due: readonly Change[], moved: readonly MovedDirectory[]): Touched[] {
    const moveOf = movesOf(moved);
    const isDue = new Set(due);
    const touched: Touched[] = [];
    for (const { before, look, path } of due) {
      const move = before === undefined || look !== undefined ? undefined : moveOf(path);
      if (move === undefined || before === undefined) continue;
      const kept = this.#changes.get(move.to + path.slice(move.from.length));
      if (kept?.look === undefined || kept.before !== undefined || isDue.has(kept)) continue;
      const slot = this.#snapshot.add(before, before.digest);
      kept.directory.files.set(kept.name, slot);
      if (Number.isNaN(before.digest)) this.contents.postpone(kept.directory);
      this.#changes.delete(kept);
      if (!this.#snapshot.isSame(slot, kept.look)) {
        this.#changes.add({ ...kept, before, heldUntilMs: 0 });
      }
      touched.push({ path: kept.path, before: undefined, after: before, isChanged: false });
    }
    return touched;
  }

  /** Whether a file was not written while it was read; otherwise it stays open. */
  #isStill(change: Change, look: Look, nowMs: number): boolean {
    const after = this.#fileSystem.look(change.path, this.#options.followSymlinks);
    if (after?.kind === 'unreadable' || isSameLook(look, after)) return true;
    if (nowMs - change.firstMs >= this.#options.settleMaxMs) return true;
    update(change, after, nowMs);
    change.hintMs = nowMs;
    return false;
  }

  #commit(change: Change, digest: number): void {
    const { directory, name, look } = change;
    this.#changes.delete(change);
    const slot = directory.files.get(name);
    if (look === undefined) {
      directory.files.delete(name);
      if (slot !== undefined) this.#snapshot.remove(slot);
    } else if (slot === undefined) directory.files.set(name, this.#snapshot.add(look, digest));
    else this.#snapshot.write(slot, look, digest);
  }

  #settleDirectories(forest: Forest): void {
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

function update(change: Change, look: Look | undefined, nowMs: number): void {
  change.lookedMs = nowMs;
  if (isSameLook(change.look, look)) return;
  change.look = look;
  change.sinceMs = nowMs;
}
