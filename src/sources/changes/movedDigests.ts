import type { Change } from './Change.js';
import { isSameIdentity } from '../disk/isSameIdentity.js';
import type { Look } from '../disk/Look.js';
import type { Entry } from '../disk/Snapshot.js';

/** The digests of files that are gone from their old paths, for the new ones: a move changes no content. */
export function movedDigests(due: readonly Change[]): (look: Look | undefined) => number {
  const byInode = new Map<number, Entry>();
  for (const { before, look } of due) {
    if (before !== undefined && look === undefined) byInode.set(before.ino, before);
  }
  return (look) => {
    const source = look === undefined ? undefined : byInode.get(look.ino);
    if (source === undefined || look === undefined || !isSameIdentity(source, look)) {
      return Number.NaN;
    }
    const isUntouched = source.mtimeMs === look.mtimeMs && source.sizeBytes === look.sizeBytes;
    return isUntouched ? source.digest : Number.NaN;
  };
}
