/**
 * A host that has told nothing for so long is idle: plugins of a directory that load one after the other tell it far more often.
 *
 * @source measured: bench/reload/firstSave.ts. A person who has started a host saves a file a second later or more.
 */
const QUIET_MS = 250;
/** A timer that comes later than this had to wait for other work of the event loop. */
const LATE_MS = 15;

/** Decides when a host has nothing to do after its start: nothing was told for a while, and its event loop was free all the time. */
export class IdleAfterStart {
  /** Time between two looks, in milliseconds. */
  static readonly lookEveryMs = 50;
  #quietSinceMs: number;
  #lookDueMs: number;

  constructor(nowMs: number) {
    this.#quietSinceMs = nowMs;
    this.#lookDueMs = nowMs + IdleAfterStart.lookEveryMs;
  }

  /** The host did something. */
  noteWork(nowMs: number): void {
    this.#quietSinceMs = nowMs;
  }

  /** Call it `lookEveryMs` after the call before. Whether the host is idle. */
  look(nowMs: number): boolean {
    if (nowMs - this.#lookDueMs > LATE_MS) this.noteWork(nowMs);
    this.#lookDueMs = nowMs + IdleAfterStart.lookEveryMs;
    return nowMs - this.#quietSinceMs >= QUIET_MS;
  }
}
