import type { NamedFiles } from '../changes/NamedFiles.js';
import type { Clock } from '../disk/Clock.js';
import type { Directory } from '../forest/Directory.js';
import type { Forest } from '../forest/Forest.js';
import type { LiveTree } from '../tree/LiveTree.js';
import { outermostGone } from '../tree/outermostGone.js';

/** Files are looked at for 2 ms at a time, with 8 ms between: a hundred thousand of them take some three seconds. */
const sliceMs = 2;
const pauseMs = 8;

export interface FirstLooksPorts {
  readonly clock: Clock;
  readonly forest: Forest;
  readonly named: NamedFiles;
  readonly tree: LiveTree;
  /** So many files are looked at in one slice at most. */
  readonly perSliceCount: number;
  /** Whether an entry will be looked at in any case, because of a hint that waits. */
  readonly isHinted: (dir: string, name: string) => boolean;
  /** Called with each directory whose files were looked at. */
  readonly onConfirmed: (directory: Directory) => void;
  /** Asks for a turn: there may be something to report. */
  readonly onWork: () => void;
  /** Called when no file is left: at the start, and again after more have come. */
  readonly onDone: () => void;
}

/** Looks at the files that are known by name, after `onReady`, until each was looked at. */
export class FirstLooks {
  readonly #ports: FirstLooksPorts;
  #cancel: (() => void) | undefined;
  /** Whether files may be left: `onDone` was not called since. */
  #isAtWork = false;

  constructor(ports: FirstLooksPorts) {
    this.#ports = ports;
  }

  /** Looks from now on. */
  begin(): void {
    this.#isAtWork = true;
    this.resume();
  }

  /** Goes on if there is more to look at. */
  resume(): void {
    const { clock, named, onDone } = this.#ports;
    if (named.isLeft) {
      this.#isAtWork = true;
      this.#cancel ??= clock.after(pauseMs, () => this.#look());
    } else if (this.#isAtWork) {
      this.#isAtWork = false;
      onDone();
    }
  }

  close(): void {
    this.#cancel?.();
  }

  #look(): void {
    const { clock, named, tree, perSliceCount, isHinted, onConfirmed, onWork } = this.#ports;
    this.#cancel = undefined;
    const untilMs = clock.nowMs() + sliceMs;
    named.beginRound();
    for (let count = 0; count < perSliceCount && clock.nowMs() < untilMs; count++) {
      const next = named.next();
      if (next === undefined) break;
      const { directory, name } = next;
      // It is gone, or released. Another may be watched at its path.
      if (directory.live === undefined) continue;
      if (name === undefined) {
        this.#checkUpwards(directory);
        if (named.confirm(directory)) onConfirmed(directory);
      } else if (!isHinted(directory.path, name)) {
        const isThere = tree.check(directory, name, { isInitial: false, isHinted: false });
        // Perhaps because its directory is gone, or one above: the hint of that is on its way.
        if (!isThere) this.#checkUpwards(directory);
      }
    }
    onWork();
    this.resume();
  }

  #checkUpwards(directory: Directory): void {
    const { forest, tree } = this.#ports;
    const gone = outermostGone(directory, forest, tree.looks);
    if (gone !== undefined) tree.checkItself(gone);
  }
}
