/** How much one call adds. Change it while the host runs: the count goes on from where it is. */
const STEP = 1;

interface Counted {
  readonly count: number;
}

let count = 0;

export function increment(): number {
  count += STEP;
  return count;
}

/** Called on the old version before a reload: returns what the next version needs to know. */
export function saveState(): Counted {
  return { count };
}

/** Called on the new version before it serves. */
export function restoreState(state: Counted): void {
  count = state.count;
}

/** Called on the new version. When it returns false, the new version is refused and the old one goes on. */
export function health(): boolean {
  return Number.isSafeInteger(count) && STEP > 0;
}
