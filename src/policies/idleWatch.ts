/** One whose idleness is watched. The marks are the watch's own, so that most notes search nothing. */
export interface Watched<W> {
  sinceMs: number;
  /** Those in the same line; undefined: it is not watched. */
  line: Set<W> | undefined;
}

/** Who has been idle for too long, in O(1) a note, with one timer for all. */
export interface IdleWatch<W> {
  /** Notes that `watched` took a value (it is working) or gave one (it rests). */
  note(watched: W, isWorking: boolean, clockMs: number): void;
  /** Watches it no longer. */
  forget(watched: W): void;
  /** The delay of the next tick, or undefined when nobody is watched. Call it once a tick, and when there was none. */
  nextTickMs(clockMs: number): number | undefined;
  /** The timer has fired. Returns whose time is up, longest idle first, and watches them no longer. */
  tick(clockMs: number): readonly W[];
}

/** A note so soon after the last one, as a ratio of `idleMs`, is not worth the walk to the end of the line. */
const grainRatio = 1 / 256;
/** A key that has not answered is taken to work, for this many times `idleMs`. */
const workingFactor = 10;

/**
 * Two lines, each in order of the last note, since all in a line have the same limit. In the first who has answered its
 * last value; in the second who has not, so its answer may be on its way.
 *
 * Time is what the timer proves: between two ticks it follows the clock, but neither back nor past the next tick. A wall
 * clock that jumps thus frees nobody early and keeps nobody.
 */
export function idleWatch<W extends Watched<W>>(idleMs: number): IdleWatch<W> {
  const rested = new Set<W>();
  const working = new Set<W>();
  const grainMs = Math.floor(idleMs * grainRatio);
  let nowMs = 0;
  let clockOffsetMs = 0;
  let tickAtMs = Infinity;

  const follow = (clockMs: number): void => {
    nowMs = Math.max(nowMs, Math.min(clockMs + clockOffsetMs, tickAtMs));
  };

  const limitMs = (line: Set<W>): number => (line === working ? idleMs * workingFactor : idleMs);

  const forget = (watched: W): void => {
    watched.line?.delete(watched);
    watched.line = undefined;
  };

  return {
    forget,
    note(watched, isWorking, clockMs) {
      follow(clockMs);
      const line = isWorking ? working : rested;
      if (watched.line === line && nowMs - watched.sinceMs <= grainMs) return;
      forget(watched);
      watched.sinceMs = nowMs;
      watched.line = line.add(watched);
    },
    nextTickMs(clockMs) {
      follow(clockMs);
      let dueMs = Infinity;
      for (const line of [rested, working]) {
        const [oldest] = line;
        if (oldest !== undefined) dueMs = Math.min(dueMs, oldest.sinceMs + limitMs(line));
      }
      // Never longer than idleMs: then no later note can be due before the tick.
      tickAtMs = Math.min(Math.max(dueMs, nowMs), nowMs + idleMs);
      if (dueMs < Infinity) return tickAtMs - nowMs;
      tickAtMs = Infinity;
      return undefined;
    },
    tick(clockMs) {
      nowMs = tickAtMs;
      clockOffsetMs = tickAtMs - clockMs;
      const due: W[] = [];
      for (const line of [rested, working]) {
        for (const watched of line) {
          if (watched.sinceMs + limitMs(line) > nowMs) break;
          forget(watched);
          due.push(watched);
        }
      }
      return due;
    },
  };
}
