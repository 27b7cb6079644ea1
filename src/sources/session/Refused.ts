import type { BackoffCurve } from '../../policies/backoff/BackoffCurve.js';
import { exponential } from '../../policies/backoff/exponential.js';
import type { Clock } from '../disk/Clock.js';
import type { Directory } from '../forest/Directory.js';
import type { LiveTree } from '../tree/LiveTree.js';
import type { Troubles } from '../tree/Troubles.js';

/** Directories that are not watched are read this often, or at a tenth of the time that reading them takes. */
const lookMs = 200;
const lookRatio = 0.1;

/** What the backend watches again is well when it has held so long, in milliseconds; what fails before is the same failure. */
const heldMs = 10_000;

/** Directories that the backend cannot watch: reads them now and then instead, and tries again, ever less often. */
export class Refused {
  readonly #clock: Clock;
  readonly #tree: LiveTree;
  readonly #troubles: Troubles;
  readonly #onWork: () => void;
  readonly #directories = new Set<Directory>();
  readonly #retryMs: BackoffCurve = exponential({ initialMs: 1000, maxMs: 60_000 });
  #attempt = 0;
  #retried: Directory | undefined;
  /** When the backend last took one back; undefined: what came of that is known. */
  #regainedAtMs: number | undefined;
  #cancelLook: (() => void) | undefined;
  #cancelRetry: (() => void) | undefined;

  constructor(clock: Clock, tree: LiveTree, troubles: Troubles, onWork: () => void) {
    this.#clock = clock;
    this.#tree = tree;
    this.#troubles = troubles;
    this.#onWork = onWork;
  }

  add(directory: Directory): void {
    if (!this.#directories.has(directory)) this.#judgeRegained();
    this.#directories.add(directory);
    if (this.#retried === directory) this.#retried = undefined;
    this.#cancelLook ??= this.#clock.after(lookMs, () => this.#look());
    this.#cancelRetry ??= this.#clock.after(this.#nextRetryMs(), () => this.#retry());
  }

  /** The backend watches it after all. */
  remove(directory: Directory): void {
    if (!this.#directories.delete(directory)) return;
    this.#troubles.clear(directory.path);
    if (this.#retried !== directory) return;
    // What helped one may help them all.
    this.#retried = undefined;
    // It was no failure; that it was none for good is not known yet.
    this.#attempt = Math.max(0, this.#attempt - 1);
    this.#regainedAtMs = this.#clock.nowMs();
    this.#cancelRetry?.();
    this.#cancelRetry = this.#clock.nextTurn(() => this.#retry());
  }

  close(): void {
    this.#cancelLook?.();
    this.#cancelRetry?.();
  }

  /** A backend that says yes and then fails would be asked again at once, for ever. */
  #judgeRegained(): void {
    if (this.#regainedAtMs === undefined) return;
    const hasHeld = this.#clock.nowMs() - this.#regainedAtMs >= heldMs;
    this.#regainedAtMs = undefined;
    if (hasHeld) {
      this.#attempt = 0;
      return;
    }
    this.#cancelRetry?.();
    this.#cancelRetry = undefined;
  }

  #look(): void {
    this.#cancelLook = undefined;
    this.#prune();
    if (this.#directories.size === 0) return;
    const startMs = this.#clock.nowMs();
    for (const directory of this.#directories) this.#tree.relist(directory);
    this.#onWork();
    // The reading itself is done in slices; how late this turn ends tells how long they take.
    this.#cancelLook = this.#clock.nextTurn(() => {
      const tookMs = this.#clock.nowMs() - startMs;
      this.#cancelLook = this.#clock.after(Math.max(lookMs, tookMs / lookRatio), () =>
        this.#look(),
      );
    });
  }

  #retry(): void {
    this.#cancelRetry = undefined;
    this.#prune();
    const [directory] = this.#directories;
    if (directory === undefined) return;
    this.#retried = directory;
    this.#cancelRetry = this.#clock.after(this.#nextRetryMs(), () => this.#retry());
    this.#tree.ask(directory);
  }

  #nextRetryMs(): number {
    this.#attempt += 1;
    return this.#retryMs(this.#attempt);
  }

  #prune(): void {
    for (const directory of this.#directories) {
      if (directory.live !== undefined) continue;
      this.#directories.delete(directory);
      this.#troubles.clear(directory.path);
      this.#onWork();
    }
  }
}
