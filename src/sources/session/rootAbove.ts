import { sep } from 'node:path';
import type { Root } from '../forest/Directory.js';

/** The root that a path belongs to, the nearest where roots lie in one another; or else the path itself. */
export function rootAbove(roots: readonly Root[], path: string): string {
  let nearest: string | undefined;
  for (const { path: root } of roots) {
    if (nearest !== undefined && root.length < nearest.length) continue;
    if (path === root || path.startsWith(root.endsWith(sep) ? root : root + sep)) nearest = root;
  }
  return nearest ?? path;
}
