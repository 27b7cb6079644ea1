/**
 * Time since its first reading that never runs backwards: where the clock behind it was set back, it stands still.
 * What waits by it comes late by at most the wait, not by the hour that the clock lost.
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
