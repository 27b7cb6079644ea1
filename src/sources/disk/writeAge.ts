import type { Look } from './Look.js';
import type { Entry } from './Snapshot.js';

/** Two writes within this time may get the same time of writing: see the source below. */
export const tickMs = 20;
/** The same where times have no fraction: FAT counts in steps of 2 s, some network filesystems in steps of 1 s. */
const coarseTickMs = 2000;
/** A file whose last write is older than this is not in the middle of being written. */
const oldMs = 1000;
/** A greater age means that a clock is wrong. */
const oldestMs = 100 * 365 * 86_400_000;

/**
 * How long before `wallMs` a file was written.
 *
 * - `this tick`: a second write may have left no trace in its time.
 * - `old`: nobody is in the middle of writing it. A file that was only moved here is old.
 *
 * @source Before Linux 6.13 the resolution of a time of writing is a timer tick, up to 10 ms:
 *   https://docs.kernel.org/filesystems/multigrain-ts.html
 */
export function writeAge(
  { mtimeMs, sizeBytes }: Pick<Look, 'mtimeMs' | 'sizeBytes'>,
  wallMs: number,
): 'this tick' | 'recent' | 'old' {
  const ageMs = wallMs - mtimeMs;
  if (ageMs < tickOf(mtimeMs)) return 'this tick';
  return sizeBytes > 0 && ageMs > oldMs && ageMs < oldestMs ? 'old' : 'recent';
}

/**
 * For how long nobody has written to a file when it was looked at, in milliseconds, at least; 0: its times do not tell. One look then says
 * what two would. The time of the last change counts too: a program may set the time of writing back, but not that one.
 */
export function unwrittenForMs(
  { mtimeMs, ctimeMs }: Pick<Look, 'mtimeMs' | 'ctimeMs'>,
  wallMs: number,
): number {
  const ageMs = wallMs - Math.max(mtimeMs, ctimeMs);
  const surelyMs = ageMs - tickOf(mtimeMs);
  return surelyMs > 0 && ageMs < oldestMs ? surelyMs : 0;
}

/** The precision of a file's time, in milliseconds: the write may have come so much later. */
export function tickOf(atMs: number): number {
  return atMs % 1000 === 0 ? coarseTickMs : tickMs;
}

/** A `write` of up to a page is seen whole or not at all. */
const pageBytes = 4096;

/**
 * How long a file must look the same before it counts as stable, in milliseconds. A save that truncates first shows an
 * empty file, and then a short one.
 *
 * @source measured: bench/source, torn deliveries by length of the wait
 */
export function stableAfterMs(before: Entry | undefined, after: Look | undefined): number {
  if (after === undefined) return 0;
  if (after.sizeBytes === 0) return 5;
  if (after.sizeBytes <= pageBytes) return 0.15;
  return before !== undefined && after.sizeBytes < before.sizeBytes ? 2 : 0.5;
}
