import type { MovedDirectories } from './movedDirectories.js';
import { type PendingChange, unstableForMs } from './PendingChange.js';
import { isUntouched, sourceFinder } from './pairRenames.js';
import { isTemporaryName } from './temporaryNames.js';
import type { WaitingHints } from './WaitingHints.js';
import type { BatchTiming } from './whenToEmit.js';

/**
 * A file that may be half of an atomic save is held back for this many times `settleMs`: 50 ms by default, since an
 * editor that syncs to disk can take tens of milliseconds. Never longer than `settleMaxMs`, as any other change.
 */
const holdSettles = 5;
/** A change whose last hint is younger than that may be half of a rename whose other half has not been seen. */
const youngestMs = 5;
/** The same for a backend that polls, in polls: the two halves may be found by two polls. */
const youngestPolls = 1.5;

export interface DueOptions {
  readonly timing: BatchTiming;
  readonly nowMs: number;
  /** Left out: no hint waits. */
  readonly waiting?: WaitingHints | undefined;
  /** Whether the batch has only edits, which cannot be half of a rename. */
  readonly isEager: boolean;
  readonly moved: MovedDirectories;
}

/**
 * Held: it may be half of an atomic save, and most such files are gone a moment later. Unstable: it is still being
 * written, or was hinted at a moment ago. Due: it can be reported.
 */
type ChangeState = 'held' | 'unstable' | 'due';

/**
 * The changes that can be reported now. Sets `heldUntilMs` of those that are held back.
 *
 * - A new file with a temporary name, or one that was under another path a moment ago (a backup), is held for `holdSettles` × `settleMs`.
 * - An unstable change waits until `settleMaxMs` at the latest.
 * - While hints wait to be followed, a file that came or went waits for those that came with it: they may tell of the other half of a rename.
 * - The two halves of a rename are reported together, or wait together.
 * - A file that is gone because its directory moved is reported with the directory, whatever happened to the file
 *   afterwards.
 */
export function dueChanges(changes: Iterable<PendingChange>, options: DueOptions): PendingChange[] {
  const { moved, isEager } = options;
  const { settleMs, pollEveryMs = 0 } = options.timing;
  const ofOneMs = Math.max(Math.min(settleMs / 2, youngestMs), pollEveryMs * youngestPolls);
  const youngMs = isEager ? 0 : ofOneMs;
  const sourceOf = sourceFinder(changes);
  const due = new Set<PendingChange>();
  const waiting: PendingChange[] = [];
  for (const change of changes) {
    const source = sourceOf(change);
    hold(change, source, options);
    if (stateOf(change, source, youngMs, options) === 'due') due.add(change);
    else waiting.push(change);
  }
  for (const change of waiting) {
    const source = goneHalf(sourceOf(change));
    if (source === undefined || moved.has(source.path)) continue;
    source.heldUntilMs = Math.max(source.heldUntilMs, change.heldUntilMs);
    due.delete(source);
  }
  for (const change of [...due]) {
    const source = goneHalf(sourceOf(change));
    if (source !== undefined) due.add(source);
  }
  return [...due];
}

/** Holds back a new file that may be half of an atomic save. */
function hold(
  change: PendingChange,
  source: PendingChange | undefined,
  { timing: { settleMs, settleMaxMs }, nowMs }: DueOptions,
): void {
  const { look, before, firstMs } = change;
  const holdUntilMs = firstMs + Math.min(holdSettles * settleMs, settleMaxMs);
  if (look === undefined || before !== undefined || settleMs <= 0 || nowMs >= holdUntilMs) return;
  const isBackup = source?.look !== undefined;
  // A file that kept its name was only moved to another directory. Any other file with a temporary name may be half of
  // an atomic save.
  const isTemporary = isTemporaryName(change.name) && source?.name !== change.name;
  if (isBackup || isTemporary) change.heldUntilMs = holdUntilMs;
}

function stateOf(
  change: PendingChange,
  source: PendingChange | undefined,
  youngMs: number,
  { timing: { settleMaxMs }, nowMs, moved, waiting }: DueOptions,
): ChangeState {
  const { look, path, firstMs, hintMs, heldUntilMs } = change;
  const isHeld = heldUntilMs > nowMs;
  if (isHeld && !(look === undefined && moved.has(path))) return 'held';
  if (waiting?.delay(change, source) === true) return 'unstable';
  if (isMovedAsItWas(source, change)) return 'due';
  if (waiting?.mayBeHalf(change) === true) return 'unstable';
  if (nowMs - firstMs >= settleMaxMs) return 'due';
  return nowMs - hintMs < youngMs || unstableForMs(change, nowMs) > 0 ? 'unstable' : 'due';
}

function isMovedAsItWas(source: PendingChange | undefined, { look }: PendingChange): boolean {
  return source?.before !== undefined && look !== undefined && isUntouched(source.before, look);
}

/** The change of a rename's old path, if no other file is at that path now. */
function goneHalf(source: PendingChange | undefined): PendingChange | undefined {
  return source?.look === undefined ? source : undefined;
}
