/**
 * Returns the time since the first reading, which never runs backwards: a step back of the clock counts as 0. So a
 * wait is at most twice as long, and not longer by the whole hour that the clock was set back.
 */
export function steadyClock(nowMs: () => number): () => number {
  let lastMs: number | undefined;
  let elapsedMs = 0;
  return () => {
    const now = nowMs();
    elapsedMs += Math.max(0, now - (lastMs ?? now));
    lastMs = now;
    return elapsedMs;
  };
}
