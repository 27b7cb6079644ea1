import { sep } from 'node:path';
import type { Root } from './Directory.js';

/** The root that a path belongs to, or else the path itself. */
export function rootAbove(roots: readonly Root[], path: string): string {
  const isIn = ({ path: root }: Root) =>
    path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
  return roots.find(isIn)?.path ?? path;
}
