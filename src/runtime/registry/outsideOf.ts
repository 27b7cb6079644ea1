import { dirname } from 'node:path';

/** Tells whether a path lies in none of these directories; as fast for thousands of them as for one. */
export function outsideOf(directories: readonly string[]): (path: string) => boolean {
  const isInside = new Map<string, boolean>(directories.map((directory) => [directory, true]));
  const find = (path: string): boolean => {
    const known = isInside.get(path);
    if (known !== undefined) return known;
    const above = dirname(path);
    const found = above !== path && find(above);
    isInside.set(path, found);
    return found;
  };
  return (path) => !find(path);
}
