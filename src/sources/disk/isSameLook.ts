import { isSameIdentity } from './isSameIdentity.js';
import type { Look } from './Look.js';

/** Whether nothing happened between two looks, as far as looks can tell. */
export function isSameLook(a: Look | undefined, b: Look | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.mtimeMs === b.mtimeMs &&
    a.sizeBytes === b.sizeBytes &&
    a.ctimeMs === b.ctimeMs &&
    isSameIdentity(a, b)
  );
}
