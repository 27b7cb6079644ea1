import { join } from 'node:path';
import { isUnder } from '../model/paths.js';
import { nodeFileSystem } from '../sources/adapters/nodeFileSystem.js';

/**
 * The paths that a watch of a whole directory does not reach: what lies outside of it, or behind a link in it, and files, which are named
 * because plugins use them. A folder in it, as a path of its own, would bring back what the filters leave out as seen from the directory.
 */
export function besideDirectory(root: string, paths: readonly string[]): readonly string[] {
  const inside = paths.filter((path) => isUnder(path, root));
  const realRoot = inside.length > 0 ? nodeFileSystem.realPath(root) : undefined;
  if (realRoot === undefined) return paths;
  const isReached = (path: string): boolean =>
    nodeFileSystem.look(path, false)?.kind === 'directory' &&
    nodeFileSystem.realPath(path) === join(realRoot, path.slice(root.length));
  const reached = new Set(inside.filter(isReached));
  return paths.filter((path) => !reached.has(path));
}
