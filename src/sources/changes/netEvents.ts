import type { Identity } from '../disk/Look.js';
import { type MovedDirectory, movesOf } from './moves.js';
import type { Entry } from '../disk/Snapshot.js';

/** A path with what was last reported of it and what is there now; `undefined`: no file. */
export interface Touched {
  readonly path: string;
  readonly before: Entry | undefined;
  readonly after: Omit<Entry, 'digest'> | undefined;
  /** Whether the content differs, where there is a before and an after. */
  readonly isChanged: boolean;
}

/** A `WatchEvent` that is not stamped yet. */
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
 * The net difference between two snapshots of the touched paths, in groups of at most one event a path, to be reported
 * one after the other: what was renamed and edited gets its `Modified` in the second group.
 *
 * - A path that had a file and has one is `Modified` or nothing, whatever happened in between: so an atomic save, a
 *   backup that is moved away, a swap of two files.
 * - `Renamed` needs an old path that is gone, a new path that was free, and one identity.
 * - A moved directory stands for all its files that only moved along; what moved out of it before is told before it.
 * - Deleted first (deepest first), then Renamed, Modified, Created: what makes room comes before what takes it.
 */
export function netEvents(
  touched: readonly Touched[],
  moved: readonly MovedDirectory[],
): readonly (readonly NetEvent[])[] {
  const gone = new Map<string, Touched>();
  const appeared = new Map<string, Touched>();
  const deleted: NetEvent[] = [];
  const renamed: NetEvent[] = [];
  const modified: NetEvent[] = [];
  const created: NetEvent[] = [];
  const laterDeleted: NetEvent[] = [];
  const laterModified: NetEvent[] = [];

  for (const item of touched) {
    if (item.before !== undefined && item.after !== undefined) {
      if (item.isChanged) modified.push({ _tag: 'Modified', path: item.path, kind: 'file' });
    } else if (item.before !== undefined) gone.set(item.path, item);
    else if (item.after !== undefined) appeared.set(item.path, item);
  }

  for (const { from, to, inside } of goneWith(moved, gone.keys())) {
    renamed.push({ _tag: 'Renamed', from, to, path: to, kind: 'directory' });
    for (const path of inside) {
      const before = gone.get(path)?.before;
      gone.delete(path);
      const movedPath = to + path.slice(from.length);
      const twin = appeared.get(movedPath);
      appeared.delete(movedPath);
      if (twin?.after === undefined) {
        laterDeleted.push({ _tag: 'Deleted', path: movedPath, kind: 'file' });
      } else if (before !== undefined && !isUntouched(before, twin.after)) {
        laterModified.push({ _tag: 'Modified', path: movedPath, kind: 'file' });
      }
    }
  }

  const byIdentity = new Map<string, Touched>();
  for (const item of gone.values()) {
    if (item.before !== undefined && item.before.ino !== 0) {
      byIdentity.set(identityKey(item.before), item);
    }
  }
  for (const { path, after } of appeared.values()) {
    const source = after === undefined ? undefined : byIdentity.get(identityKey(after));
    if (source?.before === undefined || after === undefined) {
      created.push({ _tag: 'Created', path, kind: 'file' });
      continue;
    }
    byIdentity.delete(identityKey(after));
    gone.delete(source.path);
    renamed.push({ _tag: 'Renamed', from: source.path, to: path, path, kind: 'file' });
    if (!isUntouched(source.before, after))
      laterModified.push({ _tag: 'Modified', path, kind: 'file' });
  }
  for (const path of gone.keys()) deleted.push({ _tag: 'Deleted', path, kind: 'file' });

  for (const list of [deleted, laterDeleted]) list.sort((a, b) => (a.path < b.path ? 1 : -1));
  created.sort((a, b) => (a.path < b.path ? -1 : 1));
  return [
    [...deleted, ...renamed, ...modified, ...created],
    [...laterDeleted, ...laterModified],
  ].filter((group) => group.length > 0);
}

/**
 * The moved directories with the paths that are gone with each, the deepest first: what moved out of a directory that
 * moved too went by itself. Events are about files: the move of a directory that held none is no news.
 */
function goneWith(
  moved: readonly MovedDirectory[],
  gonePaths: Iterable<string>,
): readonly (MovedDirectory & { readonly inside: readonly string[] })[] {
  const moveOf = movesOf(moved);
  const inside = new Map<MovedDirectory, string[]>();
  for (const path of gonePaths) {
    const move = moveOf(path);
    if (move === undefined) continue;
    const paths = inside.get(move);
    if (paths === undefined) inside.set(move, [path]);
    else paths.push(path);
  }
  return [...inside]
    .map(([move, paths]) => ({ ...move, inside: paths }))
    .sort((a, b) => b.from.length - a.from.length);
}

/** A rename leaves size and time of writing as they are. */
function isUntouched(before: Entry, after: Omit<Entry, 'digest'>): boolean {
  return before.sizeBytes === after.sizeBytes && before.mtimeMs === after.mtimeMs;
}

function identityKey({ dev, ino, birthMs }: Identity): string {
  return `${ino}:${birthMs}:${dev}`;
}
