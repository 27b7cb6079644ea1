/** One whose idleness is watched. The links are the watch's own, so that a note costs no memory and no search. */
export interface Watched<W> {
  sinceMs: number;
  older: W | undefined;
  newer: W | undefined;
  line: 'rested' | 'working' | undefined;
}

interface Line<W> {
  oldest: W | undefined;
  newest: W | undefined;
  readonly limitMs: number;
}

/** A note so soon after the last one, as a ratio of `idleMs`, is not worth the walk to the end of the line. */
const grainRatio = 1 / 256;
/** A key that has not answered is taken to work, for this many times `idleMs`. */
const workingFactor = 10;

/**
 * Who has been idle for too long, in O(1) a note, with one timer for all.
 *
 * Two lines, each in order of the last note, since all in a line have the same limit. `rested`: has answered its last
 * value. `working`: has not, so its answer may be on its way.
 *
 * Time is what the timer proves: between two ticks it follows the clock, but neither back nor past the next tick. A wall
 * clock that jumps thus frees nobody early and keeps nobody.
 */
export class IdleWatch<W extends Watched<W>> {
  readonly #lines: Record<'rested' | 'working', Line<W>>;
  readonly #idleMs: number;
  readonly #grainMs: number;
  #nowMs = 0;
  #clockOffsetMs = 0;
  #tickAtMs = Infinity;

  constructor(idleMs: number) {
    this.#idleMs = idleMs;
    this.#grainMs = Math.floor(idleMs * grainRatio);
    this.#lines = {
      rested: { oldest: undefined, newest: undefined, limitMs: idleMs },
      working: { oldest: undefined, newest: undefined, limitMs: idleMs * workingFactor },
    };
  }

  /** Notes that `watched` took a value (`working`) or gave one (`rested`). */
  note(watched: W, lineName: 'rested' | 'working', clockMs: number): void {
    this.#follow(clockMs);
    if (watched.line === lineName && this.#nowMs - watched.sinceMs <= this.#grainMs) return;
    this.forget(watched);
    const line = this.#lines[lineName];
    watched.sinceMs = this.#nowMs;
    watched.line = lineName;
    watched.older = line.newest;
    if (line.newest === undefined) line.oldest = watched;
    else line.newest.newer = watched;
    line.newest = watched;
  }

  /** Watches it no longer. */
  forget(watched: W): void {
    if (watched.line === undefined) return;
    const line = this.#lines[watched.line];
    if (watched.older === undefined) line.oldest = watched.newer;
    else watched.older.newer = watched.newer;
    if (watched.newer === undefined) line.newest = watched.older;
    else watched.newer.older = watched.older;
    watched.older = watched.newer = watched.line = undefined;
  }

  /** The delay of the next tick, or undefined when nobody is watched. Call it once a tick, and when there was none. */
  nextTickMs(clockMs: number): number | undefined {
    this.#follow(clockMs);
    const dueMs = Math.min(dueMsOf(this.#lines.rested), dueMsOf(this.#lines.working));
    if (dueMs === Infinity) {
      this.#tickAtMs = Infinity;
      return undefined;
    }
    // Never longer than idleMs: then no later note can be due before the tick.
    const delayMs = Math.min(Math.max(dueMs - this.#nowMs, 0), this.#idleMs);
    this.#tickAtMs = this.#nowMs + delayMs;
    return delayMs;
  }

  /** The timer has fired. Returns whose time is up, longest idle first, and watches them no longer. */
  tick(clockMs: number): readonly W[] {
    this.#nowMs = this.#tickAtMs;
    this.#clockOffsetMs = this.#tickAtMs - clockMs;
    return [...this.#expire(this.#lines.rested), ...this.#expire(this.#lines.working)];
  }

  *#expire(line: Line<W>): Iterable<W> {
    while (line.oldest !== undefined && dueMsOf(line) <= this.#nowMs) {
      const { oldest } = line;
      this.forget(oldest);
      yield oldest;
    }
  }

  #follow(clockMs: number): void {
    const seenMs = clockMs + this.#clockOffsetMs;
    this.#nowMs = Math.max(this.#nowMs, Math.min(seenMs, this.#tickAtMs));
  }
}

function dueMsOf<W extends Watched<W>>(line: Line<W>): number {
  return line.oldest === undefined ? Infinity : line.oldest.sinceMs + line.limitMs;
}
