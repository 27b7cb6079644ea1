/** Runs `work` once, unless the process ends before; returns what calls it off. */
export function later(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}
