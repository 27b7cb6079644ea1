/**
 * Time since its first reading that never runs backwards: where the clock behind it was set back, it stands still.
 * What waits by it comes late by at most the wait, not by the hour that the clock lost.
 */
export class SteadyClock {
  readonly #nowMs: () => number;
  #lastMs: number | undefined;
  #elapsedMs = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  elapsedMs(): number {
    const nowMs = this.#nowMs();
    this.#elapsedMs += Math.max(0, nowMs - (this.#lastMs ?? nowMs));
    this.#lastMs = nowMs;
    return this.#elapsedMs;
  }
}
