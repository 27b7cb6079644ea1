import { type PendingChange, unstableForMs } from './PendingChange.js';

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
}

/** The open batch, in times of the source's clock. */
export interface OpenBatch {
  /** When its first change was seen. */
  readonly firstMs: number;
  readonly lastHintMs: number;
  /** When the previous batch was emitted. */
  readonly lastEmitMs: number;
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
 * - Edits that come after a pause: as soon as their files are stable.
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

  const isFirstAfterPause = batch.firstMs - batch.lastEmitMs >= settleMs;
  const isEager = isFirstAfterPause && batch.isOnlyEdits();
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
  let firstMs = Infinity;
  let lastHintMs = -Infinity;
  let hasDirectories = false;
  for (const change of content.changes()) {
    if (change.heldUntilMs > nowMs) continue;
    firstMs = Math.min(firstMs, change.firstMs);
    lastHintMs = Math.max(lastHintMs, change.hintMs);
  }
  for (const atMs of content.directoriesAtMs()) {
    hasDirectories = true;
    firstMs = Math.min(firstMs, atMs);
    lastHintMs = Math.max(lastHintMs, atMs);
  }
  if (firstMs === Infinity) return undefined;
  return {
    firstMs,
    lastHintMs,
    lastEmitMs: content.lastEmitMs,
    isOnlyEdits: () => !hasDirectories && areOnlyEdits(content.changes(), nowMs),
    unstableForMs: () => longestUnstableMs(content.changes(), nowMs),
  };
}

function areOnlyEdits(changes: Iterable<PendingChange>, nowMs: number): boolean {
  for (const { before, look, heldUntilMs } of changes) {
    if (heldUntilMs <= nowMs && (before === undefined || look === undefined)) return false;
  }
  return true;
}

function longestUnstableMs(changes: Iterable<PendingChange>, nowMs: number): number {
  let longestMs = 0;
  for (const change of changes) {
    if (change.heldUntilMs > nowMs) continue;
    longestMs = Math.max(longestMs, unstableForMs(change, nowMs));
  }
  return longestMs;
}
