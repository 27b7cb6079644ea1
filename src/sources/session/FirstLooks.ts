import type { OpenChanges } from '../changes/OpenChanges.js';
import type { Clock } from '../disk/Clock.js';
import type { Look } from '../disk/Look.js';
import type { Directory } from '../forest/Directory.js';
import { type Forest, pathIn } from '../forest/Forest.js';
import type { LiveTree } from '../tree/LiveTree.js';
import { outermostGone } from '../tree/outermostGone.js';
import { fileOf } from '../tree/wantedFile.js';

/** Files are looked at for 2 ms at a time, with 8 ms between: a hundred thousand of them take some three seconds. */
const sliceMs = 2;
const pauseMs = 8;
/** Files of a directory between two looks at the clock: as many as take a tenth of a slice. */
const filesPerClockRead = 32;

export interface FirstLooksPorts {
  readonly clock: Clock;
  readonly forest: Forest;
  readonly changes: Pick<OpenChanges, 'named' | 'contents' | 'note' | 'isOpen'>;
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
    const { changes, clock, onDone } = this.#ports;
    if (changes.named.isLeft) {
      this.#isAtWork = true;
      this.#cancel ??= clock.after(pauseMs, () => this.#lookForOneSlice());
    } else if (this.#isAtWork) {
      this.#isAtWork = false;
      onDone();
    }
  }

  close(): void {
    this.#cancel?.();
  }

  #lookForOneSlice(): void {
    const { changes, clock, perSliceCount, onWork } = this.#ports;
    this.#cancel = undefined;
    const untilMs = clock.nowMs() + sliceMs;
    changes.named.beginRound();
    let leftCount = perSliceCount;
    while (leftCount > 0 && clock.nowMs() < untilMs) {
      const files = changes.named.take(Math.min(leftCount, filesPerClockRead));
      if (files === undefined) break;
      leftCount -= files.names.length;
      this.#look(files.directory, files.names);
    }
    onWork();
    this.resume();
  }

  #look(directory: Directory, names: readonly string[]): void {
    const { changes, clock, forest, tree, isHinted } = this.#ports;
    if (directory.live === undefined) return;
    const looks: { readonly name: string; readonly look: Look }[] = [];
    const others: string[] = [];
    for (const name of names) {
      const path = pathIn(directory, name);
      // It is looked at, or was and is about to be reported.
      if (isHinted(directory.path, name) || changes.isOpen(path)) continue;
      const look = tree.looks.at(path);
      const isFile = look?.kind === 'file' && fileOf(directory, name, look, look) !== undefined;
      if (isFile) looks.push({ name, look });
      else others.push(name);
    }
    // After them: what was looked at was in this directory then. The hint that another one has its place may be on its way.
    const gone = outermostGone(directory, forest, tree.looks);
    if (gone !== undefined) {
      tree.checkItself(gone);
      return;
    }
    for (const { name, look } of looks) {
      changes.named.noteLook(directory, name, look, false, () => true);
      const path = pathIn(directory, name);
      changes.note(directory, name, path, look, clock.nowMs(), { isHinted: false });
    }
    if (looks.length > 0) changes.contents.postpone(directory);
    for (const name of others) tree.check(directory, name, { isInitial: false, isHinted: false });
  }
}
