import type { MovedDirectories } from './movedDirectories.js';
import { type PathDiff, pairRenames } from './pairRenames.js';

/** A `WatchEvent` without its stamps. */
export type NetEvent =
  | {
      readonly _tag: 'Created' | 'Modified' | 'Deleted';
      readonly path: string;
      readonly kind: 'file';
    }
  | {
      readonly _tag: 'Renamed';
      readonly from: string;
      readonly to: string;
      readonly path: string;
      readonly kind: 'file' | 'directory';
    };

/**
 * The net difference between two snapshots of some paths, in groups of at most one event per path. The second group
 * follows the first: a file that was renamed and edited gets its `Modified` there.
 *
 * - A path that had a file and has one is `Modified` or nothing, whatever happened in between: an atomic save, a backup
 *   that is moved away, a swap of two files.
 * - `Renamed` needs an old path that is gone, a new path that was free, and the same file identity at both.
 * - The event of a moved directory stands for all files that moved with it.
 * - Deleted first (deepest first), then Renamed, Modified, Created: an event that frees a path comes before one that
 *   takes it.
 */
export function netEvents(
  diffs: readonly PathDiff[],
  moved: MovedDirectories,
): readonly (readonly NetEvent[])[] {
  const gone = new Map<string, PathDiff>();
  const appeared = new Map<string, PathDiff>();
  const renamed: NetEvent[] = [];
  const modified: NetEvent[] = [];
  const deleted: NetEvent[] = [];
  const laterDeleted: NetEvent[] = [];
  const laterModified: NetEvent[] = [];

  for (const diff of diffs) {
    if (diff.before !== undefined && diff.after !== undefined) {
      if (diff.isChanged) modified.push(fileEvent('Modified', diff.path));
    } else if (diff.before !== undefined) {
      gone.set(diff.path, diff);
    } else if (diff.after !== undefined) {
      appeared.set(diff.path, diff);
    }
  }

  for (const { move, ...files } of moved.takeFiles(gone, appeared)) {
    const { from, to } = move;
    renamed.push({ _tag: 'Renamed', from, to, path: to, kind: 'directory' });
    for (const path of files.deletedBefore) deleted.push(fileEvent('Deleted', path));
    for (const path of files.deleted) laterDeleted.push(fileEvent('Deleted', path));
    for (const path of files.edited) laterModified.push(fileEvent('Modified', path));
  }
  pairRenames(gone, appeared, (from, to, isEdited) => {
    renamed.push({ _tag: 'Renamed', from, to, path: to, kind: 'file' });
    if (isEdited) laterModified.push(fileEvent('Modified', to));
  });
  for (const path of gone.keys()) deleted.push(fileEvent('Deleted', path));
  const created = [...appeared.keys()].map((path) => fileEvent('Created', path));

  deleted.sort(deepestFirst);
  laterDeleted.sort(deepestFirst);
  created.sort((a, b) => (a.path < b.path ? -1 : 1));
  return [
    [...deleted, ...renamed, ...modified, ...created],
    [...laterDeleted, ...laterModified],
  ].filter((group) => group.length > 0);
}

function fileEvent(_tag: 'Created' | 'Modified' | 'Deleted', path: string): NetEvent {
  return { _tag, path, kind: 'file' };
}

/** Reverse order of paths: a path comes before the directory that it is in. */
function deepestFirst(a: NetEvent, b: NetEvent): number {
  return a.path < b.path ? 1 : -1;
}

/** The paths that are gone after these events. */
export function deletedIn(groups: readonly (readonly NetEvent[])[]): ReadonlySet<string> {
  const gone = groups.flat().flatMap((event) => {
    if (event._tag === 'Deleted') return [event.path];
    return event._tag === 'Renamed' ? [event.from] : [];
  });
  return new Set(gone);
}
