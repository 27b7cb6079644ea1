/** How much one call adds. Change it while the host runs: the count goes on from where it was. */
const STEP = 1;

interface Counted {
  readonly count: number;
}

let count = 0;

export function increment(): number {
  count += STEP;
  return count;
}

/** Called on the old version before a reload: what the next version has to know. */
export function saveState(): Counted {
  return { count };
}

/** Called on the new version before it serves. */
export function restoreState(state: Counted): void {
  count = state.count;
}

/** A version that cannot count is refused, and the old one goes on. */
export function health(): boolean {
  return Number.isSafeInteger(count) && STEP > 0;
}
