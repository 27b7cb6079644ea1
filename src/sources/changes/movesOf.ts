import { directoriesAbove } from './directoriesAbove.js';
import type { MovedDirectory } from './MovedDirectory.js';

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
