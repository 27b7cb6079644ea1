import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { type FileReader, fileReader, type WriteStamp } from './adapters/fileReader.js';

/**
 * An empty file is read again for this long, in milliseconds: a save that truncates the file first leaves it empty for
 * a moment.
 */
const emptyMs = 5;
/** Time between two attempts, in milliseconds. */
const retryMs = 1;

/** Options of {@link readStable}. */
export interface ReadStableOptions {
  /**
   * How long to try until the content is stable, in milliseconds, from 0. After that the last content that was read is
   * returned, with `isStable: false`. 0: one attempt. It is not checked: a negative value counts as 0. Default 50.
   */
  readonly maxWaitMs?: number;
  /** The clock for the attempts. Default `asyncScheduler`. */
  readonly scheduler?: SchedulerLike;
  /** Reads the file, and the stamp that shows whether somebody wrote to it. Default: the disk. */
  readonly reader?: FileReader;
}

/** A file as it was at one moment. */
export interface StableContent {
  /** The whole content that was read. */
  readonly bytes: Uint8Array;
  /** False when every attempt met a write: the content may be half old and half new. */
  readonly isStable: boolean;
}

/**
 * Reads a file without tearing: checks its times, reads it, and checks again, until nothing was written in between.
 *
 * Use it to read the file that an event names. The event says that the file was stable a moment ago, but the next save
 * may happen while it is read. `fs.readFile` would then return half of the old content and half of the new.
 *
 * @param path - The file.
 * @param options - See {@link ReadStableOptions}.
 * @returns The content. Rejects with the system's error when the file does not exist or cannot be read.
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
    const isPerhapsTruncated = bytes.length === 0 && scheduler.now() + maxWaitMs - endMs < emptyMs;
    if ((isStable && !isPerhapsTruncated) || scheduler.now() >= endMs) return { bytes, isStable };
    await new Promise<void>((resolve) => scheduler.schedule(() => resolve(), retryMs));
  }
}

function isSameStamp(a: WriteStamp, b: WriteStamp): boolean {
  return (
    a.ino === b.ino &&
    a.sizeBytes === b.sizeBytes &&
    a.mtimeMs === b.mtimeMs &&
    a.ctimeMs === b.ctimeMs
  );
}
