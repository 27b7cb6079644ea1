import type { Change } from './PendingChange.js';
import { unstableForMs } from './dueChanges.js';
import type { OpenBatch } from './settle.js';

export interface Open {
  readonly changes: () => Iterable<Change>;
  /** When each directory was seen to come, to go, or to become another. */
  readonly directoriesAtMs: () => Iterable<number>;
  /** When the batch before was emitted. */
  readonly lastEmitMs: number;
}

/** The batch as it stands; `undefined`: nothing is open, or all of it is kept back. */
export function openBatchOf(open: Open, nowMs: number): OpenBatch | undefined {
  let firstMs = Infinity;
  let lastHintMs = -Infinity;
  let hasDirectories = false;
  for (const change of open.changes()) {
    if (change.heldUntilMs > nowMs) continue;
    firstMs = Math.min(firstMs, change.firstMs);
    lastHintMs = Math.max(lastHintMs, change.hintMs);
  }
  for (const atMs of open.directoriesAtMs()) {
    hasDirectories = true;
    firstMs = Math.min(firstMs, atMs);
    lastHintMs = Math.max(lastHintMs, atMs);
  }
  if (firstMs === Infinity) return undefined;
  return {
    firstMs,
    lastHintMs,
    lastEmitMs: open.lastEmitMs,
    isOnlyEdits: () => !hasDirectories && isOnlyEdits(open.changes(), nowMs),
    unstableForMs: () => {
      let longestMs = 0;
      for (const change of open.changes()) {
        if (change.heldUntilMs > nowMs) continue;
        longestMs = Math.max(longestMs, unstableForMs(change, nowMs));
      }
      return longestMs;
    },
  };
}

function isOnlyEdits(changes: Iterable<Change>, nowMs: number): boolean {
  for (const { before, look, heldUntilMs } of changes) {
    if (heldUntilMs <= nowMs && (before === undefined || look === undefined)) return false;
  }
  return true;
}
