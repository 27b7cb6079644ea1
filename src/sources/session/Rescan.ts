import type { Clock } from '../disk/Clock.js';
import type { Directory } from '../forest/Directory.js';
import type { Forest } from '../forest/Forest.js';
import type { LiveTree } from '../tree/LiveTree.js';

/** How often the loop is checked for having stood still, and what counts as that, in milliseconds. */
const beatMs = 500;
const stallMs = 1000;
/** How long after a stall a hint is taken for the rest of a flood, in milliseconds. */
const suspectMs = 100;
/** A flood is over when no hint came for the one; it is not waited for longer than the other, in milliseconds. */
const floodQuietMs = 20;
const floodMaxMs = 250;
/** The slow look works this long, pauses that long, and starts again after a thousand times its length. */
const slowSliceMs = 2;
const slowPauseMs = 20;
const slowPauseRatio = 1000;
const slowestPauseMs = 300_000;

export interface RescanOptions {
  readonly overflowCount: number;
  readonly reconcileMs: number;
}

/**
 * Looks at everything again when hints may have been lost: at once when one turn brought a flood of them, when the loop
 * stood still, or when the backend says so; and slowly, for what nobody can know, while nothing else is to be done.
 *
 * @source The kernel's queue holds `max_queued_events`; what does not fit is dropped, and libuv drops the notice of it:
 *   `uv__inotify_read` in https://github.com/libuv/libuv/blob/v1.x/src/unix/linux.c. But a full queue comes in one turn.
 */
export class Rescan {
  readonly #options: RescanOptions;
  readonly #clock: Clock;
  readonly #forest: Forest;
  readonly #tree: LiveTree;
  readonly #onWork: () => void;
  #hintCount = 0;
  #isWanted = false;
  #lastHintMs = -Infinity;
  #cancelFlood: (() => void) | undefined;
  #suspectUntilMs = -Infinity;
  #cancelBeat: (() => void) | undefined;
  #cancelSlow: (() => void) | undefined;

  constructor(
    options: RescanOptions,
    clock: Clock,
    forest: Forest,
    tree: LiveTree,
    onWork: () => void,
  ) {
    this.#options = options;
    this.#clock = clock;
    this.#forest = forest;
    this.#tree = tree;
    this.#onWork = onWork;
  }

  /** Everything that was there at the start is known: from now on watch over the loop, and look when it idles. */
  begin(): void {
    if (this.#options.reconcileMs === Infinity) return;
    this.#beat(this.#clock.nowMs());
    this.#pause(0);
  }

  close(): void {
    this.#cancelBeat?.();
    this.#cancelSlow?.();
    this.#cancelFlood?.();
  }

  /** Whether a look at everything is due, so that a path that is gone may yet be found elsewhere. */
  get isOpen(): boolean {
    return this.#isWanted || this.#cancelFlood !== undefined;
  }

  /** One hint came. */
  count(): void {
    this.#hintCount += 1;
  }

  /** Everything is to be looked at, once what is being read is read. */
  start(): void {
    this.#isWanted = true;
    this.#onWork();
  }

  /** The hints of one turn are counted; begins a look that is due. */
  endTurn(): void {
    const nowMs = this.#clock.nowMs();
    const isFlood = this.#hintCount >= this.#options.overflowCount;
    const isAfterStall = this.#hintCount > 0 && nowMs < this.#suspectUntilMs;
    if (this.#hintCount > 0) this.#lastHintMs = nowMs;
    this.#hintCount = 0;
    if (isAfterStall) this.#suspectUntilMs = -Infinity;
    if (isFlood || isAfterStall) this.#awaitEbb(nowMs);
    if (this.#tree.isListing()) return;
    if (!this.#isWanted) return;
    this.#isWanted = false;
    for (const directory of this.#forest.all()) this.#tree.relist(directory);
  }

  /** In the middle of a flood a look would only find what the next hints tell. */
  #awaitEbb(sinceMs: number): void {
    this.#cancelFlood ??= this.#clock.after(floodQuietMs, () => {
      this.#cancelFlood = undefined;
      const nowMs = this.#clock.nowMs();
      const isOver = nowMs - this.#lastHintMs >= floodQuietMs || nowMs - sinceMs >= floodMaxMs;
      if (isOver) this.start();
      else this.#awaitEbb(sinceMs);
    });
  }

  #beat(startMs: number): void {
    this.#cancelBeat = this.#clock.after(beatMs, () => {
      const nowMs = this.#clock.nowMs();
      if (nowMs - startMs - beatMs >= stallMs) this.#suspectUntilMs = nowMs + suspectMs;
      this.#beat(nowMs);
    });
  }

  #pause(workedMs: number): void {
    const longMs = Math.min(workedMs * slowPauseRatio, slowestPauseMs);
    const waitMs = Math.max(this.#options.reconcileMs, longMs);
    this.#cancelSlow = this.#clock.after(waitMs, () => this.#lookSlowly(this.#forest.all(), 0));
  }

  #lookSlowly(directories: Iterator<Directory>, workedMs: number): void {
    const startMs = this.#clock.nowMs();
    while (!this.#tree.isListing() && this.#clock.nowMs() - startMs < slowSliceMs) {
      const next = directories.next();
      if (next.done === true) {
        this.#onWork();
        this.#pause(workedMs);
        return;
      }
      this.#tree.relist(next.value);
      this.#tree.listUntil(startMs + slowSliceMs);
    }
    this.#onWork();
    const spentMs = workedMs + this.#clock.nowMs() - startMs;
    this.#cancelSlow = this.#clock.after(slowPauseMs, () => this.#lookSlowly(directories, spentMs));
  }
}
