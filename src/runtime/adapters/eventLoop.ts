export { nextTurn } from '../../modules/adapters/eventLoop.js';

/** Runs `work` once after `ms`, without keeping the process alive. Returns a function that cancels it. */
export function later(ms: number, work: () => void): () => void {
  const timer = setTimeout(work, ms).unref();
  return () => clearTimeout(timer);
}

/** Runs `work` every `ms`, without keeping the process alive. Returns a function that ends it. */
export function every(ms: number, work: () => void): () => void {
  const timer = setInterval(work, ms).unref();
  return () => clearInterval(timer);
}

/** Runs `work` at the end of this turn of the event loop, after all that is due in it. */
export function atTurnEnd(work: () => void): void {
  setImmediate(work);
}
