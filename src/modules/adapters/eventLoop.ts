/** Resolves in the next turn of the event loop, after timers, sockets and calls that are due. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
