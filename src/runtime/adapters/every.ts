/** Runs `work` at intervals, without keeping the process alive; returns what ends it. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms).unref();
  return () => clearInterval(timer);
}
