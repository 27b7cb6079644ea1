/**
 * The time since the first reading, which never runs backwards: when the clock is set back, it stands still. So a wait is at most
 * twice as long, and not longer by the hour that the clock lost.
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
