import type { IgnoredPath } from '../../model/events/IgnoredPath.js';

/** A path is told of at most once in this time, in milliseconds: a log that grows is not told of at each line. */
const againMs = 1000;
/** The most paths that wait to be told of, or are remembered as told: more are dropped, the oldest first. */
const maxPathCount = 1000;

/**
 * What was seen and is no event, for `onIgnored`. It waits here until the session calls its callbacks: one that
 * unsubscribes must not do so in the middle of other work.
 */
export class IgnoredPaths {
  readonly #onIgnored: (ignored: IgnoredPath) => void;
  readonly #nowMs: () => number;
  /** Path → why, of those that were not told of yet. */
  readonly #waiting = new Map<string, IgnoredPath['why']>();
  /** Path → when it was told of last. */
  readonly #toldAtMs = new Map<string, number>();

  constructor(onIgnored: (ignored: IgnoredPath) => void, nowMs: () => number) {
    this.#onIgnored = onIgnored;
    this.#nowMs = nowMs;
  }

  add(path: string, why: IgnoredPath['why']): void {
    const toldAtMs = this.#toldAtMs.get(path) ?? Infinity;
    const nowMs = this.#nowMs();
    // A clock that was set back says nothing of how long ago that was.
    if (nowMs >= toldAtMs && nowMs - toldAtMs < againMs) return;
    this.#waiting.set(path, why);
    dropOldest(this.#waiting);
  }

  /** Calls the callback for each path that waits, until `isClosed`. */
  flush(isClosed: () => boolean): void {
    for (const [path, why] of [...this.#waiting]) {
      if (isClosed()) return;
      this.#waiting.delete(path);
      this.#toldAtMs.delete(path);
      this.#toldAtMs.set(path, this.#nowMs());
      dropOldest(this.#toldAtMs);
      this.#onIgnored({ path, why });
    }
  }
}

function dropOldest(map: Map<string, unknown>): void {
  if (map.size <= maxPathCount) return;
  const [oldest] = map.keys();
  if (oldest !== undefined) map.delete(oldest);
}
