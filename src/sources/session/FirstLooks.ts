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
  /** Asks for a turn: there may be something to report. */
  readonly onWork: () => void;
}

/** Looks at the files that are known by name, after `onReady`, until each was looked at. */
export class FirstLooks {
  readonly #ports: FirstLooksPorts;
  #cancel: (() => void) | undefined;
  /** Called when no file is left. */
  #onDone: (() => void) | undefined;

  constructor(ports: FirstLooksPorts) {
    this.#ports = ports;
  }

  /** Looks from now on. `onDone` is called once, when no file is left. */
  begin(onDone: () => void): void {
    this.#onDone = onDone;
    this.resume();
  }

  /** Goes on if there is more to look at. */
  resume(): void {
    const { clock, named } = this.#ports;
    if (named.isLeft) {
      this.#cancel ??= clock.after(pauseMs, () => this.#look());
      return;
    }
    const onDone = this.#onDone;
    this.#onDone = undefined;
    onDone?.();
  }

  close(): void {
    this.#cancel?.();
    this.#onDone = undefined;
  }

  #look(): void {
    const { clock, named, tree, perSliceCount, onWork } = this.#ports;
    this.#cancel = undefined;
    const untilMs = clock.nowMs() + sliceMs;
    for (let count = 0; count < perSliceCount && clock.nowMs() < untilMs; count++) {
      const next = named.next();
      if (next === undefined) break;
      tree.check(next.directory, next.name, { isInitial: false, isHinted: false });
    }
    onWork();
    this.resume();
  }
}
