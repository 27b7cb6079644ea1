import type { BackoffCurve } from '../../policies/backoff/BackoffCurve.js';
import { exponential } from '../../policies/backoff/exponential.js';
import type { Clock } from '../disk/Clock.js';
import type { Directory } from '../forest/Directory.js';
import type { LiveTree } from '../tree/LiveTree.js';
import type { WatchErrors } from '../tree/WatchErrors.js';

/** Time between two polls, in milliseconds; longer where polling would take more than a tenth of the time. */
const pollMs = 200;
const pollRatio = 0.1;

/**
 * A retry that worked counts as a recovery after this time, in milliseconds. A failure before then continues the old
 * backoff.
 */
const heldMs = 10_000;

export interface UnwatchedPorts {
  readonly clock: Clock;
  readonly tree: LiveTree;
  readonly errors: WatchErrors;
  /** Asks for a turn: there is something to list, or to report. */
  readonly onWork: () => void;
}

/**
 * Directories that the backend cannot watch. They are polled instead, and the backend is asked again, with increasing
 * delays. It is asked for one directory at a time: when that works, the cause may be gone for all of them.
 */
export class UnwatchedDirectories {
  readonly #ports: UnwatchedPorts;
  readonly #directories = new Set<Directory>();
  readonly #delayMs: BackoffCurve = exponential({ initialMs: 1000, maxMs: 60_000 });
  /** Number of the next retry on the backoff curve: one step up per retry, one step down per retry that worked. */
  #attempt = 0;
  /** The directory that the backend was asked for again and has not answered for; undefined: none. */
  #retried: Directory | undefined;
  /**
   * When a retry last worked; undefined: none did, or it is known whether the recovery lasted. A backend that says yes
   * and fails right after must not reset the backoff, or it would be asked without end.
   */
  #recoveredAtMs: number | undefined;
  #cancelPoll: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(ports: UnwatchedPorts) {
    this.#ports = ports;
  }

  /** The backend cannot watch the directory. */
  add(directory: Directory): void {
    const { clock } = this.#ports;
    if (!this.#directories.has(directory)) this.#judgeRecovery();
    this.#directories.add(directory);
    if (this.#retried === directory) this.#retried = undefined;
    this.#cancelPoll ??= clock.after(pollMs, () => this.#poll());
    this.#cancelRetry ??= clock.after(this.#nextDelayMs(), () => this.#retry());
  }

  /** The backend watches the directory. */
  remove(directory: Directory): void {
    if (!this.#directories.delete(directory)) return;
    const { clock, errors } = this.#ports;
    errors.clear(directory.path);
    if (this.#retried !== directory) return;
    this.#retried = undefined;
    // The retry worked but may not last: undo one backoff step, and reset only after `heldMs`.
    this.#attempt = Math.max(0, this.#attempt - 1);
    this.#recoveredAtMs = clock.nowMs();
    this.#cancelRetry?.();
    this.#cancelRetry = clock.nextTurn(() => this.#retry());
  }

  close(): void {
    this.#cancelPoll?.();
    this.#cancelRetry?.();
  }

  /**
   * Called when a directory fails. If the last recovery lasted for `heldMs`, the backoff starts again from the first
   * step. If it did not, the backoff goes on where it was.
   */
  #judgeRecovery(): void {
    if (this.#recoveredAtMs === undefined) return;
    const hasHeld = this.#ports.clock.nowMs() - this.#recoveredAtMs >= heldMs;
    this.#recoveredAtMs = undefined;
    if (hasHeld) {
      this.#attempt = 0;
      return;
    }
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #poll(): void {
    const { clock, tree, onWork } = this.#ports;
    this.#cancelPoll = undefined;
    this.#removeGone();
    if (this.#directories.size === 0) return;
    const startMs = clock.nowMs();
    for (const directory of this.#directories) tree.relist(directory);
    onWork();
    // The session lists them in slices before the next turn comes, so the delay of that turn shows how long a poll
    // takes.
    this.#cancelPoll = clock.nextTurn(() => {
      const tookMs = clock.nowMs() - startMs;
      this.#cancelPoll = clock.after(Math.max(pollMs, tookMs / pollRatio), () => this.#poll());
    });
  }

  #retry(): void {
    const { clock, tree } = this.#ports;
    this.#cancelRetry = undefined;
    this.#removeGone();
    const [directory] = this.#directories;
    if (directory === undefined) return;
    this.#retried = directory;
    this.#cancelRetry = clock.after(this.#nextDelayMs(), () => this.#retry());
    tree.requestWatch(directory);
  }

  #nextDelayMs(): number {
    this.#attempt += 1;
    return this.#delayMs(this.#attempt);
  }

  #removeGone(): void {
    const { errors, onWork } = this.#ports;
    for (const directory of this.#directories) {
      if (directory.live !== undefined) continue;
      this.#directories.delete(directory);
      errors.clear(directory.path);
      onWork();
    }
  }
}
