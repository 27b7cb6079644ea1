import type { BusyFiles } from './BusyFiles.js';
import { isEdit, type PendingChange, unstableForMs } from './PendingChange.js';

/** How long changes wait, in milliseconds. */
export interface BatchTiming {
  readonly settleMs: number;
  readonly settleMaxMs: number;
  /** Time between two polls, for a backend that polls. Default 0: the backend hints at each change when it happens. */
  readonly pollEveryMs?: number;
}

/** What may be in the open batch. */
export interface BatchContent {
  readonly changes: () => Iterable<PendingChange>;
  /** When each directory was seen to appear, to disappear, or to be replaced. */
  readonly directoriesAtMs: () => Iterable<number>;
  /** When the previous batch was emitted. */
  readonly lastEmitMs: number;
  /** The files that change again and again. */
  readonly busy: Pick<BusyFiles, 'has' | 'lastOtherMs'>;
}

/** The open batch, in times of the source's clock. Edits of busy files count for `firstMs` alone, where there is anything else. */
export interface OpenBatch {
  /** When its first change was seen. */
  readonly firstMs: number;
  readonly lastHintMs: number;
  /** How long nothing had been emitted when its first change was seen. */
  readonly pausedMs: number;
  /** Whether each changed path had a file before and has one now. Such a batch cannot have half of a rename in it. */
  readonly isOnlyEdits: () => boolean;
  /** How long from now until each file has looked the same for long enough; 0: now. */
  readonly unstableForMs: () => number;
}

export type EmitStep =
  | { readonly _tag: 'emit' }
  | { readonly _tag: 'lookNextTurn' }
  | { readonly _tag: 'wait'; readonly ms: number };

/**
 * Decides when a batch is emitted.
 *
 * - Edits that come after a pause, but for busy files: as soon as their files are stable.
 * - Everything else: when no hint has come for `settleMs`.
 * - Whatever it is: `settleMaxMs` after its first change at the latest.
 */
export function whenToEmit(
  batch: OpenBatch,
  { settleMs, settleMaxMs }: BatchTiming,
  nowMs: number,
): EmitStep {
  const latestMs = batch.firstMs + settleMaxMs;
  if (nowMs >= latestMs) return { _tag: 'emit' };

  const isEager = batch.pausedMs >= settleMs && batch.isOnlyEdits();
  const quietAtMs = batch.lastHintMs + settleMs;
  if (!isEager && nowMs < quietAtMs) {
    return { _tag: 'wait', ms: Math.min(quietAtMs, latestMs) - nowMs };
  }
  const unstableForMs = batch.unstableForMs();
  if (unstableForMs <= 0) return { _tag: 'emit' };
  // A timer cannot be that short.
  if (unstableForMs < 1) return { _tag: 'lookNextTurn' };
  return { _tag: 'wait', ms: Math.min(unstableForMs, latestMs - nowMs) };
}

/** The batch as it is now; `undefined`: no change is pending, or all are held back. */
export function openBatchOf(content: BatchContent, nowMs: number): OpenBatch | undefined {
  const isOfBusy = (change: PendingChange) =>
    isEdit(change) && content.busy.has(change.path, nowMs);
  const all = new Times();
  const others = new Times();
  let hasDirectories = false;
  for (const change of content.changes()) {
    if (change.heldUntilMs > nowMs) continue;
    all.add(change.firstMs, change.hintMs);
    if (!isOfBusy(change)) others.add(change.firstMs, change.hintMs);
  }
  for (const atMs of content.directoriesAtMs()) {
    hasDirectories = true;
    all.add(atMs, atMs);
    others.add(atMs, atMs);
  }
  if (all.isEmpty) return undefined;
  const isBusyAlone = others.isEmpty;
  const counted = isBusyAlone ? all : others;
  const lastMs = isBusyAlone ? content.lastEmitMs : content.busy.lastOtherMs;
  return {
    firstMs: all.firstMs,
    lastHintMs: counted.lastHintMs,
    pausedMs: counted.firstMs - lastMs,
    isOnlyEdits: () => !hasDirectories && areOnlyEdits(content.changes(), nowMs),
    unstableForMs: () => {
      let longestMs = 0;
      for (const change of content.changes()) {
        if (change.heldUntilMs > nowMs || (!isBusyAlone && isOfBusy(change))) continue;
        longestMs = Math.max(longestMs, unstableForMs(change, nowMs));
      }
      return longestMs;
    },
  };
}

/** When the first of some changes was seen, and when the last of them was hinted at. */
class Times {
  firstMs = Infinity;
  lastHintMs = -Infinity;

  add(firstMs: number, hintMs: number): void {
    this.firstMs = Math.min(this.firstMs, firstMs);
    this.lastHintMs = Math.max(this.lastHintMs, hintMs);
  }

  get isEmpty(): boolean {
    return this.firstMs === Infinity;
  }
}

function areOnlyEdits(changes: Iterable<PendingChange>, nowMs: number): boolean {
  for (const change of changes) {
    if (change.heldUntilMs <= nowMs && !isEdit(change)) return false;
  }
  return true;
}
