import type { NamedFiles } from '../changes/NamedFiles.js';
import type { Clock } from '../disk/Clock.js';
import type { LiveTree } from '../tree/LiveTree.js';

/** Files are looked at for 2 ms at a time, with 8 ms between: a hundred thousand of them take some three seconds. */
const sliceMs = 2;
const pauseMs = 8;

export interface FirstLooksPorts {
  readonly clock: Clock;
  readonly named: NamedFiles;
  readonly tree: LiveTree;
  /** So many files are looked at in one slice at most. */
  readonly perSliceCount: number;
  /** Whether an entry will be looked at in any case, because of a hint that waits. */
  readonly isHinted: (dir: string, name: string) => boolean;
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
    const { clock, named, tree, perSliceCount, isHinted, onWork } = this.#ports;
    this.#cancel = undefined;
    const untilMs = clock.nowMs() + sliceMs;
    for (let count = 0; count < perSliceCount && clock.nowMs() < untilMs; count++) {
      const next = named.next();
      if (next === undefined) break;
      const { directory, name } = next;
      if (isHinted(directory.path, name)) continue;
      tree.check(directory, name, { isInitial: false, isHinted: false });
    }
    onWork();
    this.resume();
  }
}
