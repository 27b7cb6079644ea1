import { basename } from 'node:path';
import type { Directory, Root } from '../forest/Directory.js';
import type { DirectoryWatching } from '../backends/DirectoryWatching.js';
import { Forest } from '../forest/Forest.js';
import { Gitignores } from '../tree/Gitignores.js';
import type { Hint } from '../backends/WatchBackend.js';
import { Inbox } from './Inbox.js';
import { LinkTargets } from '../tree/LinkTargets.js';
import { LiveTree } from '../tree/LiveTree.js';
import { OpenChanges } from '../changes/OpenChanges.js';
import { ReadAhead } from './ReadAhead.js';
import { Refused } from './Refused.js';
import { Rescan } from './Rescan.js';
import { rootAbove } from './rootAbove.js';
import { RootPlaces } from '../tree/RootPlaces.js';
import type { SessionOptions, SessionPorts } from './SessionPorts.js';
import { settle, type SettleStep } from '../changes/settle.js';
import { Troubles } from '../tree/Troubles.js';

/** The longest that one turn works before it lets others run, in milliseconds. */
const sliceMs = 8;
/** The longest that a batch waits for the backend to watch a new directory, in milliseconds. */
const longestWaitMs = 1000;
/** How long the backend has to say that it watches a directory, in milliseconds. */
const answerMs = 5000;

/** One subscription of `watch`: takes hints, has the disk looked at, and emits net events. */
export class WatchSession {
  readonly #options: SessionOptions;
  readonly #ports: SessionPorts;
  readonly #forest = new Forest();
  readonly #inbox = new Inbox();
  readonly #watcher: DirectoryWatching;
  readonly #changes: OpenChanges;
  readonly #troubles: Troubles;
  readonly #tree: LiveTree;
  readonly #places: RootPlaces;
  readonly #refused: Refused;
  readonly #rescan: Rescan;
  readonly #readAhead: ReadAhead;
  readonly #gitignores: Gitignores;
  #roots: readonly Root[] = [];
  #isNewSet = false;
  #isReady = false;
  #isClosed = false;
  #cancelTurn: (() => void) | undefined;
  #cancelTimer: (() => void) | undefined;
  #cancelDeadline: (() => void) | undefined;

  constructor(options: SessionOptions, ports: SessionPorts) {
    const { fileSystem, clock, onError, onRecovered } = ports;
    const forest = this.#forest;
    this.#options = options;
    this.#ports = ports;
    const changes = new OpenChanges(options, fileSystem, () => clock.stampMs());
    const rootOf = (path: string) => rootAbove(this.#roots, path);
    const troubles = new Troubles({ rootOf, onError, onRecovered });
    this.#changes = changes;
    this.#troubles = troubles;
    this.#watcher = ports.watcher((hint) => this.#take(hint));
    const lookAt = (path: string, name: string | null) => {
      this.#inbox.post(path, name);
      this.#scheduleTurn();
    };
    this.#gitignores = new Gitignores({ fileSystem, clock, forest, troubles, lookAt });
    this.#tree = new LiveTree({
      ...{ fileSystem, clock, forest, changes, troubles, watcher: this.#watcher },
      gitignores: this.#gitignores,
      links: new LinkTargets(forest, fileSystem),
      followSymlinks: options.followSymlinks,
      onRootsLost: (roots) => {
        for (const root of roots) this.#places.place(root, false);
      },
      onAwaited: (directory, name, isSilent) => this.#places.arrived(directory, name, isSilent),
      onPlaceFreed: () => this.#rescan.start(),
    });
    const onWork = () => this.#scheduleTurn();
    this.#readAhead = new ReadAhead(clock, changes.contents, lookAt);
    this.#places = new RootPlaces({ forest, tree: this.#tree, changes, troubles });
    this.#refused = new Refused(clock, this.#tree, troubles, onWork);
    this.#rescan = new Rescan(options, clock, forest, this.#tree, onWork);
  }

  /** Watches these roots from now on, and no others. */
  watch(roots: readonly Root[]): void {
    this.#roots = roots;
    this.#isNewSet = true;
    this.#places.set(roots);
    this.#scheduleTurn();
  }

  /** Stops at once, and gives everything back. */
  close(): void {
    this.#isClosed = true;
    this.#troubles.close();
    const timers = [this.#cancelTurn, this.#cancelTimer, this.#cancelDeadline];
    for (const cancel of timers) cancel?.();
    const parts = [this.#gitignores, this.#readAhead, this.#refused, this.#rescan, this.#watcher];
    for (const part of parts) part.close();
  }

  #take(hint: Hint): void {
    if (this.#isClosed || hint === 'ready') return;
    if (hint === 'overflow') this.#rescan.start();
    else if ('error' in hint) this.#refuse(hint.error);
    else {
      const directory = this.#forest.get(hint.dir);
      if (hint.name === null && (directory?.watch === 'asked' || directory?.watch === 'refused')) {
        this.#answer(directory, 'yes');
      } else {
        this.#rescan.count();
        this.#inbox.post(hint.dir, hint.name);
      }
    }
    this.#scheduleTurn();
  }

  #scheduleTurn(): void {
    if (this.#isClosed) return;
    this.#cancelTurn ??= this.#ports.clock.nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#cancelTurn = undefined;
    const { clock } = this.#ports;
    const untilMs = clock.nowMs() + sliceMs;
    this.#rescan.endTurn();
    this.#tree.listUntil(untilMs);
    if (this.#tree.isListing()) {
      this.#scheduleTurn();
      return;
    }
    if (!this.#beReady()) return;
    for (let next = this.#inbox.take(); next !== undefined; next = this.#inbox.take()) {
      this.#follow(next.dir, next.name);
      if (clock.nowMs() >= untilMs) break;
    }
    if (!this.#inbox.isEmpty || this.#tree.isListing()) this.#scheduleTurn();
    // What the looks have found wrong is told now.
    else if (this.#beReady()) this.#settle();
  }

  /** Whether everything that was there at the start is known; says so the first time. */
  #beReady(): boolean {
    this.#cancelDeadline?.();
    this.#cancelDeadline = undefined;
    if (this.#tree.asked.size > 0) {
      this.#cancelDeadline = this.#ports.clock.after(answerMs, () => this.#giveUpWaiting());
      if (!this.#isReady) return false;
    }
    this.#troubles.flush();
    if (!this.#isReady && !this.#isClosed) {
      this.#isReady = true;
      this.#readAhead.begin();
      this.#rescan.begin();
      this.#ports.onReady();
    }
    if (this.#isNewSet && this.#tree.asked.size === 0 && !this.#isClosed) {
      this.#isNewSet = false;
      this.#ports.onWatching(this.#roots.map(({ path }) => path));
    }
    // A callback may have unsubscribed.
    return !this.#isClosed;
  }

  /** Closes the open batch, or says when to try again. */
  #settle(): void {
    this.#cancelTimer?.();
    const { clock, onEvents } = this.#ports;
    let nowMs = clock.nowMs();
    if (this.#isWaitingForLooks(nowMs)) {
      this.#cancelTimer = clock.after(longestWaitMs, () => this.#scheduleTurn());
      return;
    }
    if (this.#step(nowMs)?._tag === 'close') {
      for (const group of this.#changes.close(nowMs, this.#forest)) {
        onEvents(group);
        if (this.#isClosed) return;
      }
      nowMs = clock.nowMs();
      this.#readAhead.resume();
    }
    const step = this.#step(nowMs);
    if (step?._tag === 'lookNextTurn') {
      this.#changes.lookAgain(nowMs);
      this.#cancelTurn ??= clock.soon(() => this.#turn());
      return;
    }
    const heldForMs = this.#changes.heldForMs(nowMs) ?? Infinity;
    const stepMs = step === undefined ? Infinity : step._tag === 'wait' ? step.ms : 1;
    const waitMs = Math.min(heldForMs, stepMs);
    if (waitMs === Infinity) return;
    this.#cancelTimer = clock.after(Math.max(1, waitMs), () => this.#scheduleTurn());
  }

  #step(nowMs: number): SettleStep | undefined {
    const batch = this.#changes.openBatch(nowMs);
    return batch === undefined ? undefined : settle(batch, this.#options, nowMs);
  }

  /** What is in a new directory belongs to its batch, and so does what a look at everything may yet find: both are waited for, within reason. */
  #isWaitingForLooks(nowMs: number): boolean {
    if (this.#tree.asked.size === 0 && !this.#rescan.isOpen) return false;
    const batch = this.#changes.openBatch(nowMs);
    return batch !== undefined && !batch.isOnlyEdits() && nowMs - batch.firstMs < longestWaitMs;
  }

  #follow(dir: string, name: string | null): void {
    const directory = this.#forest.get(dir);
    if (directory?.live === undefined) {
      this.#tree.checkUnknown(dir);
      return;
    }
    if (name === null) {
      this.#tree.relist(directory);
      return;
    }
    // A directory that is removed or moved away says so under its own name.
    if (name === basename(directory.path)) this.#tree.checkItself(directory);
    const { views, awaited, aliases } = directory;
    if (views.length === 0 && awaited?.has(name) !== true && aliases?.has(name) !== true) return;
    this.#tree.check(directory, name, { isSilent: false, isHinted: true });
  }

  #answer(directory: Directory, watch: 'yes' | 'refused'): void {
    this.#tree.answer(directory, watch);
    if (watch === 'yes') this.#refused.remove(directory);
    else this.#refused.add(directory);
  }

  #refuse(error: Error): void {
    const code = 'code' in error ? String(error.code) : 'EBACKEND';
    const path = 'path' in error ? String(error.path) : (this.#roots[0]?.path ?? '');
    const directory = this.#forest.get(path);
    if (directory?.live !== undefined) this.#answer(directory, 'refused');
    // A directory that is gone is no trouble: reading it will tell.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#troubles.report(code, path, error.message);
  }

  #giveUpWaiting(): void {
    this.#cancelDeadline = undefined;
    for (const directory of [...this.#tree.asked]) {
      this.#troubles.report('ETIMEDOUT', directory.path);
      this.#answer(directory, 'refused');
    }
    this.#scheduleTurn();
  }
}
