/**
 * Resolves when all promises that can settle have. One turn is enough: what the runtime leaves to the event loop's next turn is, in
 * the simulator, left to promises too, so that no difference between machines can reach the order of things.
 */
export function loopTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
