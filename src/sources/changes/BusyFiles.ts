/** How long a file counts as busy after an event of it, in times of `settleMaxMs`: 200 ms by default. */
const rememberedSettles = 4;
/** A batch of more paths than that is a storm: none of its files is a log. */
const fewPathsCount = 8;

/**
 * The files that change again and again, such as a log, and when something else changed last. A file that grows tells nothing of an edit
 * beside it: neither does the edit wait because the log was reported a moment ago, nor until the log is quiet.
 */
export class BusyFiles {
  readonly #rememberedMs: number;
  /** When an event of a path was last emitted, for few paths: the older ones are dropped with each batch. */
  readonly #emittedAtMs = new Map<string, number>();
  #lastOtherMs = -Infinity;

  constructor(settleMaxMs: number) {
    this.#rememberedMs = rememberedSettles * settleMaxMs;
  }

  /** When events were last emitted of something that was not busy. */
  get lastOtherMs(): number {
    return this.#lastOtherMs;
  }

  /** Whether events of a path were emitted a moment ago. */
  has(path: string, nowMs: number): boolean {
    const atMs = this.#emittedAtMs.get(path);
    return atMs !== undefined && nowMs - atMs <= this.#rememberedMs;
  }

  /** Events of these paths are emitted. */
  noteEmitted(paths: readonly string[], nowMs: number): void {
    if (paths.some((path) => !this.has(path, nowMs))) this.#lastOtherMs = nowMs;
    for (const path of this.#emittedAtMs.keys()) {
      if (!this.has(path, nowMs)) this.#emittedAtMs.delete(path);
    }
    if (paths.length > fewPathsCount) return;
    for (const path of paths) this.#emittedAtMs.set(path, nowMs);
  }
}
