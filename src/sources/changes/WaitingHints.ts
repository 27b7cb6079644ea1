import { basename, dirname } from 'node:path';
import type { Directory } from '../forest/Directory.js';
import { isEdit, type PendingChange } from './PendingChange.js';

/** Hints that came and were not followed yet, as far as changes have to wait for them. */
export interface HintsAhead {
  /**
   * Each hint that had come before that time was followed. -Infinity: any may be missing, such as while a scan looks for those that were lost.
   */
  readonly followedToMs: number;
  /** Whether an entry of a directory will be looked at because of a hint. */
  readonly has: (dir: string, name: string) => boolean;
}

/** A path that is hinted at without end is reported after so many times `settleMaxMs` all the same. */
const longestSettles = 4;

/** What pending changes have to wait for while hints wait to be followed. */
export class WaitingHints {
  readonly #hints: HintsAhead;
  readonly #settleMaxMs: number;
  /** Directories that came or went with hints that wait: what is in them may have moved. */
  readonly #unsettled: ReadonlySet<Directory>;
  /** Directory → whether it, or one above it, is hinted at. */
  readonly #isHintedAbove = new Map<Directory, boolean>();

  constructor(hints: HintsAhead, settleMaxMs: number, unsettled: ReadonlySet<Directory>) {
    this.#hints = hints;
    this.#settleMaxMs = settleMaxMs;
    this.#unsettled = unsettled;
  }

  /**
   * Whether a change waits, and `source`, the change of its old path, with it. It may be half of a rename, or a hint may tell that the file or
   * its directory went elsewhere since.
   */
  delay(change: PendingChange, source?: PendingChange): boolean {
    if (this.#unsettled.has(change.directory)) return true;
    if (source !== undefined && this.#unsettled.has(source.directory)) return true;
    if (this.#hints.followedToMs - change.firstMs >= longestSettles * this.#settleMaxMs)
      return false;
    return this.#isHintedAt(change) || (source !== undefined && this.#isHintedAt(source));
  }

  /** Whether a change may be half of a rename, and hints that came with it wait. An edit cannot be. */
  mayBeHalf(change: PendingChange): boolean {
    const { followedToMs } = this.#hints;
    const isEndless = followedToMs - change.firstMs >= longestSettles * this.#settleMaxMs;
    return change.hintMs >= followedToMs && !isEdit(change) && !isEndless;
  }

  #isHintedAt(change: PendingChange): boolean {
    const { directory, name } = change;
    if (!isEdit(change) && this.#hints.has(directory.path, name)) return true;
    let isHinted = this.#isHintedAbove.get(directory);
    if (isHinted === undefined) {
      isHinted = this.#isAnyHinted(directory.path);
      this.#isHintedAbove.set(directory, isHinted);
    }
    return isHinted;
  }

  /** Whether a directory or one above it is hinted at: in the directory that it is in, or, by inotify, under its own name. */
  #isAnyHinted(dir: string): boolean {
    for (let path = dir; path !== dirname(path); path = dirname(path)) {
      const name = basename(path);
      if (this.#hints.has(dirname(path), name) || this.#hints.has(path, name)) return true;
    }
    return false;
  }
}
