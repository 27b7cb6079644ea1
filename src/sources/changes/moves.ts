import { isSameIdentity, type Look } from '../disk/Look.js';
import type { Entry } from '../disk/Snapshot.js';
import type { Directory } from '../forest/Directory.js';
import type { Change } from './PendingChange.js';

/** Directories that were reported under one path and are found under another, without those that merely moved along. */
export function movedDirectories(touched: Iterable<Directory>): readonly MovedDirectory[] {
  const gone: Directory[] = [];
  const appeared: Directory[] = [];
  for (const directory of touched) {
    const { reported, live } = directory;
    if (reported !== undefined && live === undefined) gone.push(directory);
    if (reported === undefined && live !== undefined) appeared.push(directory);
  }
  const byInode = new Map(gone.map((directory) => [directory.reported?.ino, directory]));
  appeared.sort((a, b) => a.path.length - b.path.length);

  const toOf = new Map<string, string>();
  for (const { path, live } of appeared) {
    const source = byInode.get(live?.ino);
    if (source?.reported === undefined || live === undefined) continue;
    if (!isSameIdentity(source.reported, live)) continue;
    if (!isMovedAlong(source.path, path, toOf)) toOf.set(source.path, path);
  }
  return [...toOf].map(([from, to]) => ({ from, to }));
}

function isMovedAlong(from: string, to: string, toOf: ReadonlyMap<string, string>): boolean {
  for (const dir of directoriesAbove(from)) {
    const moved = toOf.get(dir);
    if (moved !== undefined && to === moved + from.slice(dir.length)) return true;
  }
  return false;
}

/** A directory that was reported under one path and is found under another. */
export interface MovedDirectory {
  readonly from: string;
  readonly to: string;
}

/** The directories that a path lies in, the nearest first. */
export function* directoriesAbove(path: string): Generator<string> {
  for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
    yield path.slice(0, end);
  }
}

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

/** Finds the moved directory with which a path is gone: the nearest, because what moved out of another went by itself. */
export function movesOf(
  moved: readonly MovedDirectory[],
): (path: string) => MovedDirectory | undefined {
  const byFrom = new Map(moved.map((each) => [each.from, each]));
  return (path) => {
    if (byFrom.size === 0) return undefined;
    for (const dir of directoriesAbove(path)) {
      const found = byFrom.get(dir);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
