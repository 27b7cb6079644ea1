import type { Look } from './Look.js';
import type { Entry } from './Snapshot.js';

/** A file that was written this shortly before it was looked at can be written again without another time to show. */
const tickMs = 20;
/** The same where times have no fraction: FAT counts in steps of two seconds, some network shares in one. */
const coarseTickMs = 2000;
const oldMs = 1000;
/** Beyond that, some clock is wrong. */
const oldestMs = 100 * 365 * 86_400_000;

/**
 * How long ago a file was written, by the wall clock. `old`: nothing was written for a while, so that nobody is in the
 * middle of it; what was only moved here is such a file.
 *
 * @source Before Linux 6.13 a time of writing has the grain of a timer tick, up to 10 ms:
 *   https://docs.kernel.org/filesystems/multigrain-ts.html
 */
export function writeAge(
  { mtimeMs, sizeBytes }: Pick<Look, 'mtimeMs' | 'sizeBytes'>,
  wallMs: number,
): 'this tick' | 'recent' | 'old' {
  const ageMs = wallMs - mtimeMs;
  if (ageMs < (mtimeMs % 1000 === 0 ? coarseTickMs : tickMs)) return 'this tick';
  return sizeBytes > 0 && ageMs > oldMs && ageMs < oldestMs ? 'old' : 'recent';
}

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
