/**
 * A build gives the loop its turn once before the swap, and once more where the machine was slow: whether it did must make
 * no difference to the order of things.
 */
const TURNS_COUNT = 4;

/** Resolves when all promises that can settle have, and what waits for the event loop's next turns has had them. */
export async function loopTurns(): Promise<void> {
  for (let turn = 0; turn < TURNS_COUNT; turn += 1) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
