import type { Directory } from '../forest/Directory.js';
import { directoriesAbove } from './directoriesAbove.js';
import { isSameIdentity } from '../disk/isSameIdentity.js';
import type { MovedDirectory } from './MovedDirectory.js';

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
