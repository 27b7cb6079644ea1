import type { Look } from './Look.js';

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
