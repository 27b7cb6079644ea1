/** Runs `work` once, unless the process ends before; returns what calls it off. */
export function later(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}

/** Runs `work` at intervals, without keeping the process alive; returns what ends it. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms).unref();
  return () => clearInterval(timer);
}

/** Resolves in the event loop's next turn: timers, sockets and calls that are due come first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Memory of the whole process, all of its threads. */
export function rssBytes(): number {
  return process.memoryUsage.rss();
}

/** Runs `work` when the turn of the event loop ends: after all that is due in it, before it waits again. */
export function turnEnd(work: () => void): void {
  setImmediate(work);
}
