import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { fileReader, type FileReader, type FileStamp } from './adapters/fileReader.js';

export interface ReadStableOptions {
  /** The longest that a file is read again and again, in milliseconds. Default 50. */
  readonly maxWaitMs?: number;
  readonly scheduler?: SchedulerLike;
  readonly reader?: FileReader;
}

/** A file as it was at one moment. */
export interface StableContent {
  readonly bytes: Uint8Array;
  /** False when the file never held still for long enough: what was read may be half of it. */
  readonly isStable: boolean;
}

/**
 * Reads a file without tearing: looks, reads, and looks again, until nothing was written in between.
 *
 * For readers of what an event names. An event tells that a file held still a moment ago; the next save may be on its
 * way while it is read. `fs.readFile` would then give half of the old and half of the new.
 *
 * @param path - The file.
 * @param options - How long to try.
 * @returns What was read. Rejects with the system's error when the file is not there or cannot be read.
 *
 * @source Acting on the first event read a torn file in 25 to 52 % of in-place saves: bench/source/figures.md
 */
export async function readStable(
  path: string,
  { maxWaitMs = 50, scheduler = asyncScheduler, reader = fileReader }: ReadStableOptions = {},
): Promise<StableContent> {
  const endMs = scheduler.now() + maxWaitMs;
  for (;;) {
    const before = await reader.stamp(path);
    const bytes = await reader.read(path);
    const after = await reader.stamp(path);
    const isStable = isSameStamp(before, after) && bytes.length === after.sizeBytes;
    // A save that truncates first shows an empty file for a moment.
    const isPerhapsTruncated = bytes.length === 0 && scheduler.now() + maxWaitMs - endMs < 5;
    if ((isStable && !isPerhapsTruncated) || scheduler.now() >= endMs) return { bytes, isStable };
    await new Promise<void>((resolve) => scheduler.schedule(() => resolve(), 1));
  }
}

function isSameStamp(a: FileStamp, b: FileStamp): boolean {
  return (
    a.ino === b.ino &&
    a.sizeBytes === b.sizeBytes &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs
  );
}
