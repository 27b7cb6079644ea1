import { isSameIdentity } from '../disk/Look.js';
import { stableAfterMs } from '../disk/writeAge.js';
import type { Change } from './PendingChange.js';
import { type MovedDirectory, movesOf } from './moves.js';
import type { SettleOptions } from './settle.js';

/** How long the other half of an atomic save is kept back. An editor that syncs to disk can take tens of milliseconds. */
const holdMs = 100;
/** A hint younger than that may be one of two: they come one after the other, or are found at two looks. */
const youngestMs = 5;
const youngestLooks = 1.5;

/** How long from now until a file has held still for long enough; 0: it has. */
export function unstableForMs({ before, look, sinceMs }: Change, nowMs: number): number {
  return Math.max(0, sinceMs + stableAfterMs(before, look) - nowMs);
}

/**
 * The changes that can be reported now; marks those that are kept back with the time until which they are.
 *
 * - What looks temporary, or holds what another path held a moment ago (a backup), is kept back for `holdMs`: most are
 *   gone by then.
 * - What is still being written, or was hinted at a moment ago, waits until `settleMaxMs` at the latest.
 * - A path that is gone and the path that it became are reported together, so that no rename is torn in two.
 * - What is gone with a directory that moved is reported with the directory, whatever became of it.
 */
export function dueChanges(
  changes: Iterable<Change>,
  { settleMs, settleMaxMs, lookEveryMs = 0 }: SettleOptions,
  nowMs: number,
  isEager: boolean,
  moved: readonly MovedDirectory[],
): Change[] {
  const ofOneMs = Math.max(Math.min(settleMs / 2, youngestMs), lookEveryMs * youngestLooks);
  const youngMs = isEager ? 0 : ofOneMs;
  const sourceOf = sourceFinder(changes);
  const moveOf = movesOf(moved);
  const isGoneWithDirectory = ({ look, path }: Change) =>
    look === undefined && moveOf(path) !== undefined;
  const due = new Set<Change>();
  const kept: Change[] = [];
  for (const change of changes) {
    const { look, before, firstMs } = change;
    const source = look === undefined || before !== undefined ? undefined : sourceOf(change);
    const holdUntilMs = firstMs + Math.max(holdMs, settleMaxMs);
    if (look !== undefined && before === undefined && settleMs > 0 && nowMs < holdUntilMs) {
      const isBackup = source?.look !== undefined;
      // Under another name it may be half of an atomic save; under its own it was only moved.
      const isTemporary = isTemporaryName(change.name) && source?.name !== change.name;
      if (isBackup || isTemporary) change.heldUntilMs = holdUntilMs;
    }
    const isHeld = change.heldUntilMs > nowMs && !isGoneWithDirectory(change);
    const isUnsettled =
      nowMs - firstMs < settleMaxMs &&
      !isMovedAsIs(source, change) &&
      (nowMs - change.hintMs < youngMs || unstableForMs(change, nowMs) > 0);
    if (isHeld || isUnsettled) kept.push(change);
    else due.add(change);
  }
  for (const change of kept) {
    const source = goneSource(change, sourceOf);
    if (source === undefined || isGoneWithDirectory(source)) continue;
    source.heldUntilMs = Math.max(source.heldUntilMs, change.heldUntilMs);
    due.delete(source);
  }
  for (const change of [...due]) {
    const source = goneSource(change, sourceOf);
    if (source !== undefined) due.add(source);
  }
  return [...due];
}

/** The other half of a rename: the path that is gone, for the path that is new. */
function goneSource(
  change: Change,
  sourceOf: (change: Change) => Change | undefined,
): Change | undefined {
  if (change.look === undefined || change.before !== undefined) return undefined;
  const source = sourceOf(change);
  return source?.look === undefined ? source : undefined;
}

/** Finds the change whose path held, when it was last reported, the file that is now found under another path. */
function sourceFinder(changes: Iterable<Change>): (change: Change) => Change | undefined {
  const byInode = new Map<number, Change>();
  for (const change of changes) {
    const { before, look } = change;
    if (before === undefined || (look !== undefined && isSameIdentity(before, look))) continue;
    byInode.set(before.ino, change);
  }
  return ({ look }) => {
    if (look === undefined) return undefined;
    const source = byInode.get(look.ino);
    return source?.before !== undefined && isSameIdentity(source.before, look) ? source : undefined;
  };
}

function isMovedAsIs(source: Change | undefined, { look }: Change): boolean {
  return (
    source?.before !== undefined &&
    source.before.mtimeMs === look?.mtimeMs &&
    source.before.sizeBytes === look.sizeBytes
  );
}

const patterns = [
  /~$/, // backups of vim, emacs, gedit
  /^\.?#.*/, // emacs: lock and auto-save
  /\.sw[a-z]$/, // vim: swap
  /^4913$/, // vim: may I write here?
  /^sed[A-Za-z0-9]{6}$/, // sed -i
  /___jb_(tmp|old|bak)___$/, // JetBrains
  /^\.goutputstream-/, // GLib
  /\.(tmp|temp|bak|part|crdownload)$/i,
  /\.tmp[.-]/i,
  /^\.?tmp/i, // mktemp, python's tempfile
  /\.\d{6,}$/, // write-file-atomic
];

/**
 * Whether a name looks like the other half of an atomic save. Such a file is reported like any other, only later: most
 * are gone again before anyone can ask.
 */
export function isTemporaryName(name: string): boolean {
  return patterns.some((pattern) => pattern.test(name));
}
