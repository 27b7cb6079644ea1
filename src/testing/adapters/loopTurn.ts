/** Resolves when all promises that can settle have, and what waits for the event loop's next turn has had it. */
export function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
