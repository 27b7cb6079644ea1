import type { FileSystem, Unreadable } from '../disk/FileSystem.js';
import { isSameLook, type Look } from '../disk/Look.js';
import { writeAge } from '../disk/writeAge.js';
import type { Directory } from '../forest/Directory.js';
import {
  ageOf,
  type LookAge,
  type PendingChange,
  unstableForMs,
  updateLook,
} from './PendingChange.js';
import type { WaitingHints } from './WaitingHints.js';
import type { BatchTiming } from './whenToEmit.js';

export interface PendingLooksOptions extends BatchTiming {
  readonly followSymlinks: boolean;
  /**
   * Whether the times of files are of this machine's clock. Where another machine may write them, they do not tell for how long a file has been
   * the same.
   */
  readonly areTimesOurs: boolean;
}

/** Looks at the files of pending changes again, until nobody is writing them any more. */
export class PendingLooks {
  readonly #options: PendingLooksOptions;
  readonly #fileSystem: FileSystem;
  readonly #stampMs: () => number;

  /** `stampMs`: the wall clock, to which the times of files are compared. */
  constructor(options: PendingLooksOptions, fileSystem: FileSystem, stampMs: () => number) {
    this.#options = options;
    this.#fileSystem = fileSystem;
    this.#stampMs = stampMs;
  }

  /** What the wall clock tells about a look. */
  ageOf(look: Look | undefined, directory: Directory): LookAge {
    return ageOf(look, this.#stampMs(), this.areTimesOurs(directory));
  }

  /** Whether the times of files in a directory are of this machine's clock. */
  areTimesOurs({ watch }: Directory): boolean {
    const { pollEveryMs = 0, areTimesOurs } = this.#options;
    return areTimesOurs && pollEveryMs === 0 && watch === 'yes';
  }

  /** Records what a look at a change's path found. */
  update(change: PendingChange, look: Look | undefined, nowMs: number): void {
    updateLook(change, look, nowMs, this.ageOf(look, change.directory));
  }

  /** Looks again at each file that was not yet stable at its last look. Changes that wait for hints are left out. */
  lookAgain(changes: Iterable<PendingChange>, nowMs: number, waiting?: WaitingHints): void {
    for (const change of changes) {
      if (change.look === undefined || change.heldUntilMs > nowMs) continue;
      if (waiting?.mayBeHalf(change) === true || waiting?.delay(change) === true) continue;
      if (unstableForMs(change, change.lookedMs) === 0) continue;
      if (writeAge(change.look, this.#stampMs()) === 'old') continue;
      const look = this.#lookLike(change.look, change.path);
      if (look?.kind === 'unreadable') continue;
      const isFile = look?.kind === 'file' || look?.kind === 'link';
      this.update(change, isFile ? look : undefined, nowMs);
    }
  }

  /**
   * Whether nobody wrote to the file while it was read, or its change has waited for `settleMaxMs`. Otherwise the
   * change stays pending.
   */
  wasStill(change: PendingChange, look: Look, nowMs: number): boolean {
    const after = this.#lookLike(look, change.path);
    if (after?.kind === 'unreadable' || isSameLook(look, after)) return true;
    if (nowMs - change.firstMs >= this.#options.settleMaxMs) return true;
    this.update(change, after, nowMs);
    change.hintMs = nowMs;
    return false;
  }

  /** Looks at a path as it was looked at before: a root that is a link is followed, also where links are not. */
  #lookLike(before: Look, path: string): Look | Unreadable | undefined {
    return this.#fileSystem.look(path, before.isFollowed || this.#options.followSymlinks);
  }
}
