import { basename } from 'node:path';
import type { Clock } from '../disk/Clock.js';
import type { FileSystem } from '../disk/FileSystem.js';
import type { Directory } from '../forest/Directory.js';
import type { Forest } from '../forest/Forest.js';
import type { LiveTree } from '../tree/LiveTree.js';
import { HintQueue, type QueuedHint } from './HintQueue.js';

/**
 * When this many names of a directory are followed together, it is listed first: a name that it does not have any more needs no look. A listing
 * costs as much as a few looks.
 */
const listedFromCount = 32;

export interface HintFollowerPorts {
  readonly clock: Clock;
  readonly fileSystem: FileSystem;
  readonly forest: Forest;
  readonly tree: LiveTree;
  /** Asks for a turn. */
  readonly onWork: () => void;
}

/** Looks where hints point, in slices of time. */
export class HintFollower {
  readonly #ports: HintFollowerPorts;
  readonly #hints: HintQueue;
  /** Whether hints were followed to the end of what was taken, and `takeEnd` was not called since. */
  #isAtEnd = false;
  /** Set while hints rest before they are followed. */
  #cancelRest: (() => void) | undefined;
  /** The directory of which many names are being followed, with the names that it has; no names: it cannot be listed. */
  #listed: { readonly dir: string; readonly names: ReadonlySet<string> | undefined } | undefined;

  constructor(stormCount: number, ports: HintFollowerPorts) {
    this.#hints = new HintQueue(stormCount);
    this.#ports = ports;
  }

  get isEmpty(): boolean {
    return this.#hints.isEmpty;
  }

  /** Whether an entry will be looked at because of a hint. */
  has(dir: string, name: string): boolean {
    return this.#hints.has(dir, name);
  }

  add(dir: string, name: string | null): void {
    this.#hints.add(dir, name);
  }

  close(): void {
    this.#cancelRest?.();
  }

  /** Asks for a turn when the next hints can be followed, if there are any. */
  awaitNext(): void {
    if (this.#hints.isEmpty) return;
    const { clock, onWork } = this.#ports;
    const restsForMs = this.#hints.restsForMs(clock.nowMs());
    if (restsForMs === 0) {
      onWork();
      return;
    }
    this.#cancelRest ??= clock.after(restsForMs, () => {
      this.#cancelRest = undefined;
      onWork();
    });
  }

  /**
   * Follows what there is to follow, until the time is over. Returns false when the time was too short. `fromMs`: when the turn began. What
   * happened before then has sent its hints.
   */
  followUntil(untilMs: number, fromMs: number): boolean {
    const { clock } = this.#ports;
    if (!this.#hints.isFollowing && !this.#hints.advance(fromMs)) return true;
    for (let hint = this.#hints.take(); hint !== undefined; hint = this.#hints.take()) {
      this.#follow(hint);
      if (clock.nowMs() >= untilMs) break;
    }
    if (this.#hints.isFollowing) return false;
    this.#listed = undefined;
    this.#isAtEnd = true;
    return true;
  }

  /**
   * While hints keep coming: the time before which each hint that came was followed; `undefined`: there is no news since the last call. What was
   * looked at before then is known with all that happened together with it, such as the other half of a rename. A look sees what its hint
   * tells, and also what happened since, whose hints wait.
   */
  takeEnd(): number | undefined {
    if (!this.#isAtEnd) return undefined;
    this.#isAtEnd = false;
    return this.#hints.followedToMs;
  }

  #follow({ dir, name, nameCount }: QueuedHint): void {
    const { forest, tree } = this.#ports;
    const directory = forest.get(dir);
    if (directory?.live === undefined) {
      tree.checkUnknown(dir);
      return;
    }
    if (name === null) {
      tree.relist(directory);
      return;
    }
    // inotify reports that a watched directory was removed or moved away under the directory's own name.
    // A change of its permissions comes so too: it may be readable again, or no longer.
    if (name === basename(directory.path)) tree.relist(directory);
    const { views, awaited, aliases } = directory;
    if (views.length === 0 && awaited?.has(name) !== true && aliases?.has(name) !== true) return;
    const isAbsent = nameCount >= listedFromCount && this.#isAbsent(directory, name);
    tree.check(directory, name, { isInitial: false, isHinted: true, isAbsent });
  }

  /** Whether a directory does not have a name, although it was hinted at. A name that appears later is hinted at again. */
  #isAbsent({ path }: Directory, name: string): boolean {
    if (this.#listed?.dir !== path) {
      const names = this.#ports.fileSystem.list(path) ?? [];
      this.#listed = { dir: path, names: 'kind' in names ? undefined : new Set(names.map(folded)) };
    }
    // One that cannot be listed: a look at each name will tell.
    return this.#listed.names?.has(folded(name)) === false;
  }
}

/** The same for all names that a filesystem may take for one: some ignore case, or how letters are composed. */
function folded(name: string): string {
  return name.normalize('NFC').toLowerCase();
}
