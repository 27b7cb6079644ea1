import { dirname } from 'node:path';

/** Above so many remembered paths the memory of what lies outside starts anew. */
const MAX_REMEMBERED_COUNT = 100_000;

/** Tells whether a path lies in none of these directories; as fast for thousands of them as for one. */
export function outsideOf(directories: readonly string[]): (path: string) => boolean {
  const isInside = new Map<string, boolean>();
  const forget = () => {
    isInside.clear();
    for (const directory of directories) isInside.set(directory, true);
  };
  forget();
  const find = (path: string): boolean => {
    const known = isInside.get(path);
    if (known !== undefined) return known;
    const above = dirname(path);
    const found = above !== path && find(above);
    isInside.set(path, found);
    return found;
  };
  return (path) => {
    if (isInside.size > directories.length + MAX_REMEMBERED_COUNT) forget();
    return !find(path);
  };
}
