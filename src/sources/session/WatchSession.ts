import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { DirectoryWatcher } from '../backends/DirectoryWatcher.js';
import type { Hint } from '../backends/WatchBackend.js';
import { OpenChanges } from '../changes/OpenChanges.js';
import type { HintsAhead } from '../changes/WaitingHints.js';
import { type EmitStep, whenToEmit } from '../changes/whenToEmit.js';
import type { Directory, Root } from '../forest/Directory.js';
import { Forest, rootAbove } from '../forest/Forest.js';
import { DirectoryLister } from '../tree/DirectoryLister.js';
import { Gitignores } from '../tree/Gitignores.js';
import { LiveTree } from '../tree/LiveTree.js';
import { Roots } from '../tree/Roots.js';
import { WatchErrors } from '../tree/WatchErrors.js';
import { AnswerDeadline } from './AnswerDeadline.js';
import { FullScan } from './FullScan.js';
import { HintFollower } from './HintFollower.js';
import { IdleWork } from './IdleWork.js';
import { IgnoredPaths } from './IgnoredPaths.js';
import type { SessionOptions, SessionPorts } from './SessionPorts.js';
import { Surroundings } from './Surroundings.js';
import { UnwatchedDirectories } from './UnwatchedDirectories.js';

/** The longest that one turn works before the event loop runs other work, in milliseconds. */
const sliceMs = 8;
/** The same until `onReady`: the start makes much that is kept, for which the garbage collector may take 10 ms of a turn (measured). */
const startSliceMs = 5;
/** The longest that a batch waits for new directories to be watched and for a full scan, in milliseconds. */
const longestWaitMs = 1000;

/**
 * One subscription of `watch`. This room is its control loop: hints go in, the disk is looked at turn by turn, and net
 * events come out.
 *
 * A turn first lists directories, then checks what was hinted at, and when nothing is left it emits the open batch.
 * Everything that happens between two turns (a hint, a timer, an answer of the backend) only leaves work for the next.
 */
export class WatchSession {
  readonly #options: SessionOptions;
  readonly #ports: SessionPorts;
  readonly #forest = new Forest();
  readonly #hints: HintFollower;
  readonly #watcher: DirectoryWatcher;
  readonly #changes: OpenChanges;
  readonly #errors: WatchErrors;
  readonly #gitignores: Gitignores;
  readonly #tree: LiveTree;
  readonly #roots: Roots;
  readonly #lister: DirectoryLister;
  readonly #unwatched: UnwatchedDirectories;
  readonly #fullScan: FullScan;
  readonly #idleWork: IdleWork;
  /** Undefined: nobody asks for what is no event. */
  readonly #ignored: IgnoredPaths | undefined;
  readonly #surroundings: Surroundings;
  readonly #answers: AnswerDeadline;
  /**
   * Starting: the existing files are being listed, and no event is emitted. Ready: `onReady` was called. Closed: no
   * callback may be called any more; any callback can close the session.
   */
  #phase: 'starting' | 'ready' | 'closed' = 'starting';
  /** The roots of the last path set. Errors name the root that they belong to. */
  #paths: readonly Root[] = [];
  /** Whether `onWatching` is still to be called for that path set: some of it is not watched or not listed yet. */
  #isSetPending = false;
  /** Set while a turn is scheduled. */
  #cancelTurn: (() => void) | undefined;
  /** Set while the open batch waits to be looked at again. */
  #cancelBatchTimer: (() => void) | undefined;

  constructor(options: SessionOptions, ports: SessionPorts) {
    const { fileSystem, clock, onError, onRecovered } = ports;
    const forest = this.#forest;
    this.#options = options;
    this.#ports = ports;
    const onWork = () => this.#scheduleTurn();
    const queueHint = (dir: string, name: string | null) => {
      this.#hints.add(dir, name);
      this.#scheduleTurn();
    };

    const { onIgnored } = ports;
    this.#ignored = onIgnored && new IgnoredPaths(onIgnored, () => clock.nowMs());
    const onNothing =
      this.#ignored && ((path: string, why: IgnoredPath['why']) => this.#ignored?.add(path, why));
    const changes = new OpenChanges(options, fileSystem, clock, onNothing);
    const rootOf = (path: string) => rootAbove(this.#paths, path);
    const errors = new WatchErrors({ rootOf, onError, onRecovered });
    const watcher = ports.watcher((hint) => this.#receive(hint));
    const gitignores = new Gitignores({
      fileSystem,
      clock,
      forest,
      errors,
      relist: (dir) => queueHint(dir, null),
    });
    const tree = new LiveTree({
      fileSystem,
      clock,
      watcher,
      forest,
      changes,
      errors,
      gitignores,
      followSymlinks: options.followSymlinks,
      onNothing,
      onUnwatched: () => this.#fullScan.request(),
    });
    const roots = new Roots({ forest, tree, changes, errors });
    const lister = new DirectoryLister({
      changes,
      fileSystem,
      clock,
      errors,
      gitignores,
      roots,
      tree,
      isHinted: (dir, name) => this.#hints.has(dir, name),
    });
    const scanPorts = { clock, forest, tree, lister, onWork };

    this.#changes = changes;
    this.#errors = errors;
    this.#watcher = watcher;
    this.#gitignores = gitignores;
    this.#tree = tree;
    this.#roots = roots;
    this.#lister = lister;
    this.#hints = new HintFollower(options.stormCount, { ...scanPorts, fileSystem });
    this.#unwatched = new UnwatchedDirectories({ clock, tree, errors, onWork });
    this.#fullScan = new FullScan(options, scanPorts);
    this.#idleWork = new IdleWork(options, {
      ...scanPorts,
      changes,
      hints: this.#hints,
      queueHint,
    });
    this.#answers = new AnswerDeadline({
      clock,
      tree,
      onTimeout: (directory) => {
        errors.report('ETIMEDOUT', directory.path);
        this.#watchAnswered(directory, 'refused');
        this.#scheduleTurn();
      },
    });
    this.#surroundings = new Surroundings({
      ...ports,
      forest,
      queueHint,
      onRemounted: (directory) => {
        tree.watchAgain(directory);
        onWork();
      },
      onWayHint: () => this.#fullScan.countHint(),
    });
  }

  /** Watches these roots from now on, and no others. */
  watch(roots: readonly Root[]): void {
    this.#paths = roots;
    this.#isSetPending = true;
    // Before the roots are looked at: what is exchanged in between is then seen.
    this.#surroundings.set(roots);
    this.#roots.set(roots);
    this.#scheduleTurn();
  }

  /** Stops at once, and releases everything. */
  close(): void {
    this.#phase = 'closed';
    this.#errors.close();
    this.#cancelTurn?.();
    this.#hints.close();
    this.#cancelBatchTimer?.();
    this.#answers.close();
    this.#gitignores.close();
    this.#idleWork.close();
    this.#unwatched.close();
    this.#fullScan.close();
    this.#watcher.close();
    this.#surroundings.close();
  }

  /** A method, so that TypeScript does not narrow the phase: a callback may close the session. */
  #isClosed(): boolean {
    return this.#phase === 'closed';
  }

  #receive(hint: Hint): void {
    if (this.#isClosed() || hint === 'ready') return;
    if (hint === 'overflow') {
      this.#fullScan.request();
    } else if ('error' in hint) {
      this.#refuse(hint.error);
    } else {
      const directory = this.#forest.get(hint.dir);
      if (hint.name === null && (directory?.watch === 'asked' || directory?.watch === 'refused')) {
        this.#watchAnswered(directory, 'yes');
      } else {
        this.#fullScan.countHint();
        this.#hints.add(hint.dir, hint.name);
      }
    }
    this.#scheduleTurn();
  }

  #watchAnswered(directory: Directory, watch: 'yes' | 'refused'): void {
    this.#tree.watchAnswered(directory, watch);
    if (watch === 'yes') this.#unwatched.remove(directory);
    else this.#unwatched.add(directory);
  }

  #refuse(error: Error): void {
    const code = 'code' in error ? String(error.code) : 'EBACKEND';
    const path = 'path' in error ? String(error.path) : (this.#paths[0]?.path ?? '');
    const directory = this.#forest.get(path);
    if (directory?.live !== undefined) this.#watchAnswered(directory, 'refused');
    // A directory that is gone is not an error: its listing will find that out.
    if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#tree.looks.failed(code, path, error.message);
  }

  #scheduleTurn(): void {
    if (this.#isClosed()) return;
    this.#cancelTurn ??= this.#ports.clock.nextTurn(() => this.#turn());
  }

  #turn(): void {
    this.#cancelTurn = undefined;
    const fromMs = this.#ports.clock.nowMs();
    const untilMs = fromMs + (this.#phase === 'starting' ? startSliceMs : sliceMs);
    this.#fullScan.startTurn();
    this.#lister.workUntil(untilMs);
    if (this.#lister.isBusy()) {
      this.#scheduleTurn();
      return;
    }
    if (!this.#callBack()) return;
    const isFollowed = this.#hints.followUntil(untilMs, fromMs);
    if (!isFollowed || this.#lister.isBusy()) {
      this.#scheduleTurn();
      return;
    }
    // The next scan may be due already, where one takes longer than a poll: what this one found is reported all the same.
    if (this.#fullScan.isDue) this.#scheduleTurn();
    this.#hints.awaitNext();
    if (!this.#callBack()) return; // Errors that the checks have found come before events.
    if (this.#hints.isEmpty) this.#emitOrWait();
    else this.#emitSettled(this.#hints.takeEnd());
  }

  /**
   * Calls the callbacks that are due: `onError`, `onRecovered`, `onReady`, `onWatching`. Returns whether events may be
   * emitted: false while the session is starting, and when it is closed.
   */
  #callBack(): boolean {
    if (this.#answers.restart() && this.#phase === 'starting') return false;
    this.#errors.flush();
    if (this.#tree.unanswered.size === 0) this.#emitInitial();
    if (this.#isClosed()) return false;
    if (this.#phase === 'starting') {
      this.#phase = 'ready';
      this.#idleWork.begin();
      this.#fullScan.begin();
      this.#surroundings.begin();
      this.#ports.onReady();
    }
    this.#idleWork.resumeLooks();
    if (this.#isSetPending && this.#tree.unanswered.size === 0 && !this.#isClosed()) {
      this.#isSetPending = false;
      this.#ports.onWatching(this.#paths.map(({ path }) => path));
    }
    this.#ignored?.flush(() => this.#isClosed());
    return !this.#isClosed();
  }

  /** Emits the files that were there before they were watched, if they are events. */
  #emitInitial(): void {
    const events = this.#changes.initial.takeEvents();
    if (events.length > 0) this.#ports.onEvents(events);
  }

  /** Emits the open batch if it is time, and schedules the next look at what stays open. */
  #emitOrWait(): void {
    this.#cancelBatchTimer?.();
    const { clock } = this.#ports;
    let nowMs = clock.nowMs();
    if (this.#isWaitingForListings(nowMs)) {
      this.#cancelBatchTimer = clock.after(longestWaitMs, () => this.#scheduleTurn());
      return;
    }
    if (this.#step(nowMs)?._tag === 'emit') {
      this.#emit(nowMs);
      if (this.#isClosed()) return;
      nowMs = clock.nowMs();
      this.#idleWork.resumeReads();
      // What turned out to be no event while the batch was taken.
      this.#ignored?.flush(() => this.#isClosed());
      if (this.#isClosed()) return;
    }
    const step = this.#step(nowMs);
    if (step?._tag === 'lookNextTurn') {
      this.#changes.lookAgain(nowMs);
      this.#cancelTurn ??= clock.soon(() => this.#turn());
      return;
    }
    const heldForMs = this.#changes.heldForMs(nowMs) ?? Infinity;
    const waitMs = Math.min(heldForMs, waitOf(step));
    if (waitMs === Infinity) return;
    this.#cancelBatchTimer = clock.after(Math.max(1, waitMs), () => this.#scheduleTurn());
  }

  /** Emits what is settled while more hints wait. `followedToMs`: see `HintsAhead`; undefined: nothing was settled since. */
  #emitSettled(followedToMs: number | undefined): void {
    const nowMs = this.#ports.clock.nowMs();
    if (followedToMs === undefined || this.#step(nowMs)?._tag !== 'emit') return;
    // A rename that is proven by both of its halves need not wait for a scan, nor need an edit.
    const toMs = this.#isWaitingForListings(nowMs) ? -Infinity : followedToMs;
    this.#emit(nowMs, { followedToMs: toMs, has: (dir, name) => this.#hints.has(dir, name) });
  }

  #emit(nowMs: number, ahead?: HintsAhead): void {
    for (const group of this.#changes.takeDue(nowMs, this.#forest, ahead)) {
      this.#ports.onEvents(group);
      if (this.#isClosed()) return;
    }
  }

  #step(nowMs: number): EmitStep | undefined {
    const batch = this.#changes.openBatch(nowMs);
    return batch === undefined ? undefined : whenToEmit(batch, this.#options, nowMs);
  }

  /**
   * The content of a new directory belongs to the directory's batch, and so does what a full scan will find: the other
   * half of a rename, for example. A batch waits for both, up to a second.
   */
  #isWaitingForListings(nowMs: number): boolean {
    if (this.#tree.unanswered.size === 0 && !this.#fullScan.isPending) return false;
    const batch = this.#changes.openBatch(nowMs);
    return batch !== undefined && !batch.isOnlyEdits() && nowMs - batch.firstMs < longestWaitMs;
  }
}

/** How long to wait for the step, in milliseconds. After an emit another batch may be due at once: then 1 ms. */
function waitOf(step: EmitStep | undefined): number {
  if (step === undefined) return Infinity;
  return step._tag === 'wait' ? step.ms : 1;
}
