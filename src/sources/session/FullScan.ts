import type { Clock } from '../disk/Clock.js';
import type { Forest } from '../forest/Forest.js';
import type { DirectoryLister } from '../tree/DirectoryLister.js';
import type { LiveTree } from '../tree/LiveTree.js';

/** A timer fires every 500 ms. When it is a second late or more, the event loop stood still. */
const beatMs = 500;
const stallMs = 1000;
/** A hint within this time after a stall counts as the rest of a flood, in milliseconds. */
const suspectMs = 100;
/** A flood has ended when no hint came for 20 ms; after 250 ms the scan starts all the same. */
const floodQuietMs = 20;
const floodMaxMs = 250;

export interface FullScanOptions {
  /** This many hints in one turn are a flood. */
  readonly overflowCount: number;
  /** Infinity: the loop is not watched for stalls. */
  readonly reconcileMs: number;
}

export interface ScanPorts {
  readonly clock: Clock;
  readonly forest: Forest;
  readonly tree: LiveTree;
  readonly lister: DirectoryLister;
  /** Asks for a turn: there is something to list, or to report. */
  readonly onWork: () => void;
}

/**
 * Lists every directory again when hints may have been lost: after a flood of hints in one turn, after the event loop
 * stood still, or when the backend says `overflow`. The reflector of client-go calls this a relist.
 *
 * @source The kernel's queue holds `max_queued_events`. It drops what does not fit, and libuv drops the notice of it:
 *   `uv__inotify_read` in https://github.com/libuv/libuv/blob/v1.x/src/unix/linux.c. But a full queue is read in one
 *   turn, so a flood shows in the number of hints.
 */
export class FullScan {
  readonly #options: FullScanOptions;
  readonly #ports: ScanPorts;
  /**
   * Whether a scan starts in the next turn in which nothing is being listed.
   * It does not start at once: what is being listed would be listed twice.
   */
  #isDue = false;
  /**
   * Set while a flood goes on; a scan becomes due when it ends. A scan in the middle of a flood would find only what
   * the next hints name anyway.
   */
  #cancelFlood: (() => void) | undefined;
  /** Before that moment hints may have been lost. What was looked at later is known. */
  #lostBeforeMs = -Infinity;
  /** Number of hints since the last turn. A quarter of the kernel's queue, or more, is a flood. */
  #hintCount = 0;
  /** When the last hint came. The flood ends when no hint has come for `floodQuietMs`. */
  #lastHintMs = -Infinity;
  /**
   * Until when a hint counts as the rest of a flood; -Infinity: there was no stall. While the loop stood still the
   * kernel's queue may have overflowed, even if only a few hints come out of it now.
   */
  #suspectUntilMs = -Infinity;
  #cancelBeat: (() => void) | undefined;

  constructor(options: FullScanOptions, ports: ScanPorts) {
    this.#options = options;
    this.#ports = ports;
  }

  /** Starts to watch the event loop for stalls. Call it when everything that was there at the start is listed. */
  begin(): void {
    if (this.#options.reconcileMs !== Infinity) this.#beat(this.#ports.clock.nowMs());
  }

  close(): void {
    this.#cancelBeat?.();
    this.#cancelFlood?.();
  }

  /** Whether a scan is due or will be, so that a path that is gone may still be found elsewhere. */
  get isPending(): boolean {
    return this.#isDue || this.#cancelFlood !== undefined;
  }

  /** Whether the next turn will start a scan. */
  get isDue(): boolean {
    return this.#isDue;
  }

  /** Counts one hint. */
  countHint(): void {
    this.#hintCount += 1;
  }

  /** Makes a scan due: hints may have been lost until now. */
  request(): void {
    this.#lostBeforeMs = this.#ports.clock.nowMs();
    this.#makeDue();
  }

  #makeDue(): void {
    this.#isDue = true;
    this.#ports.onWork();
  }

  /**
   * Call it at the start of each turn: checks whether the hints since the last turn were a flood, and starts a scan
   * that is due.
   */
  startTurn(): void {
    const { clock, forest, lister, tree } = this.#ports;
    const nowMs = clock.nowMs();
    const isFlood = this.#hintCount >= this.#options.overflowCount;
    const isAfterStall = this.#hintCount > 0 && nowMs < this.#suspectUntilMs;
    if (this.#hintCount > 0) this.#lastHintMs = nowMs;
    this.#hintCount = 0;
    if (isAfterStall) this.#suspectUntilMs = -Infinity;
    if (isFlood || isAfterStall) {
      this.#lostBeforeMs = nowMs;
      this.#awaitFloodEnd(nowMs);
    }
    if (!this.#isDue || lister.isListing()) return;
    this.#isDue = false;
    for (const directory of forest.all()) tree.relist(directory, this.#lostBeforeMs);
  }

  #awaitFloodEnd(sinceMs: number): void {
    const { clock } = this.#ports;
    this.#cancelFlood ??= clock.after(floodQuietMs, () => {
      this.#cancelFlood = undefined;
      const nowMs = clock.nowMs();
      const isOver = nowMs - this.#lastHintMs >= floodQuietMs || nowMs - sinceMs >= floodMaxMs;
      if (isOver) this.#makeDue();
      else this.#awaitFloodEnd(sinceMs);
    });
  }

  #beat(startMs: number): void {
    const { clock } = this.#ports;
    this.#cancelBeat = clock.after(beatMs, () => {
      const nowMs = clock.nowMs();
      if (nowMs - startMs - beatMs >= stallMs) this.#suspectUntilMs = nowMs + suspectMs;
      this.#beat(nowMs);
    });
  }
}
