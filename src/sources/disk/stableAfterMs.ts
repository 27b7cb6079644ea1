import type { Look } from './Look.js';
import type { Entry } from './Snapshot.js';

/** One `write` of up to a page is seen whole or not at all. */
const pageBytes = 4096;

/**
 * How long a file must look the same before it counts as written, in milliseconds. A save that truncates first shows an
 * empty file, then a short one.
 *
 * @source measured: bench/source, torn deliveries by length of the wait
 */
export function stableAfterMs(before: Entry | undefined, after: Look | undefined): number {
  if (after === undefined) return 0;
  if (after.sizeBytes === 0) return 5;
  if (after.sizeBytes > pageBytes)
    return before !== undefined && after.sizeBytes < before.sizeBytes ? 2 : 0.5;
  return 0.15;
}
