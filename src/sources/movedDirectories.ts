import type { Directory } from './Directory.js';
import { isSameIdentity } from './isSameIdentity.js';
import type { MovedDirectory } from './netEvents.js';

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

  const moved: MovedDirectory[] = [];
  for (const { path, live } of appeared) {
    const source = byInode.get(live?.ino);
    if (source?.reported === undefined || live === undefined) continue;
    if (!isSameIdentity(source.reported, live)) continue;
    const isMovedAlong = moved.some(
      ({ from, to }) =>
        source.path.startsWith(`${from}/`) && path === to + source.path.slice(from.length),
    );
    if (!isMovedAlong) moved.push({ from: source.path, to: path });
  }
  return moved;
}
