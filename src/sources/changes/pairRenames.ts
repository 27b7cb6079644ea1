import { type Identity, isSameIdentity, type Look } from '../disk/Look.js';
import type { Entry, Recorded } from '../disk/Snapshot.js';
import type { PendingChange } from './PendingChange.js';

/** A path with what was last reported of it and what is there now; `undefined`: no file. */
export interface PathDiff {
  readonly path: string;
  readonly before: Entry | undefined;
  readonly after: Recorded | undefined;
  /** Whether the content differs, where there is a before and an after. */
  readonly isChanged: boolean;
}

/**
 * Pairs the two halves of each rename: a path that is gone and a path that appeared with the same identity. Removes
 * both from the maps. `isEdited`: the file was written to as well.
 */
export function pairRenames(
  gone: Map<string, PathDiff>,
  appeared: Map<string, PathDiff>,
  onPair: (from: string, to: string, isEdited: boolean) => void,
): void {
  const goneByIdentity = new Map<string, PathDiff>();
  for (const diff of gone.values()) {
    if (diff.before !== undefined && diff.before.ino !== 0) {
      goneByIdentity.set(identityKey(diff.before), diff);
    }
  }
  if (goneByIdentity.size === 0) return;
  for (const { path, after } of appeared.values()) {
    if (after === undefined) continue;
    const key = identityKey(after);
    const source = goneByIdentity.get(key);
    if (source?.before === undefined) continue;
    goneByIdentity.delete(key);
    gone.delete(source.path);
    appeared.delete(path);
    onPair(source.path, path, !isUntouched(source.before, after));
  }
}

/** Whether a file was renamed and nothing else: a rename changes neither size nor mtime. */
export function isUntouched(
  before: Pick<Entry, 'mtimeMs' | 'sizeBytes'>,
  after: Pick<Look, 'mtimeMs' | 'sizeBytes'>,
): boolean {
  return before.sizeBytes === after.sizeBytes && before.mtimeMs === after.mtimeMs;
}

/**
 * Finds where a renamed file was before. For a change that found a file under a new path, returns the change of the
 * path that had this file when it was last reported.
 */
export function sourceFinder(
  changes: Iterable<PendingChange>,
): (change: PendingChange) => PendingChange | undefined {
  const byInode = new Map<number, PendingChange>();
  for (const change of changes) {
    const { before, look } = change;
    if (before === undefined || (look !== undefined && isSameIdentity(before, look))) continue;
    byInode.set(before.ino, change);
  }
  return ({ before, look }) => {
    if (look === undefined || before !== undefined) return undefined;
    const source = byInode.get(look.ino);
    return source?.before !== undefined && isSameIdentity(source.before, look) ? source : undefined;
  };
}

/** Finds the digest of a renamed file for its new path: a rename does not change the content. */
export function digestsOfRenamed(
  due: readonly PendingChange[],
): (look: Look | undefined) => number {
  const byInode = new Map<number, Entry>();
  for (const { before, look } of due) {
    if (before !== undefined && look === undefined) byInode.set(before.ino, before);
  }
  return (look) => {
    const source = look === undefined ? undefined : byInode.get(look.ino);
    if (source === undefined || look === undefined) return Number.NaN;
    return isSameIdentity(source, look) && isUntouched(source, look) ? source.digest : Number.NaN;
  };
}

function identityKey({ dev, ino, birthMs }: Identity): string {
  return `${ino}:${birthMs}:${dev}`;
}
