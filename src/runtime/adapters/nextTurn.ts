/** Resolves in the event loop's next turn: timers, sockets and calls that are due come first. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
