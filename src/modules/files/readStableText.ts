import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { type FileStamp, type PluginFiles, withoutMark } from './PluginFiles.js';

/** An editor that truncates a file writes to it soon after. A file that is empty for longer is meant to be empty. */
const EMPTY_WAIT_MS = 50;
const READ_AGAIN_AFTER_MS = 5;
/** 200 ms of reads: a file that is written to for longer fails with `EBUSY`. */
const MAX_READS_COUNT = 40;

export interface StableText {
  /** Without a byte order mark. */
  readonly text: string;
  readonly stamp: FileStamp;
  /** Whether the bytes are UTF-8; see `FileReading.isUtf8`. */
  readonly isUtf8: boolean;
}

/** Why a file could not be read. */
export interface ReadProblem {
  /**
   * The system's code, or one of ours: `ENOTFILE` (not a regular file), `ETOOBIG` (over the limit), `EBUSY` (changed during every read).
   */
  readonly code: string;
  readonly path: string;
}

/**
 * Reads a file that somebody may be saving. Reads again when the file changed during the read, and for up to 50 ms while the file is
 * empty, because an editor truncates before it writes.
 *
 * @source Readers that act on the first event got a wrong text in 25 to 52 % of in-place saves:
 *   https://github.com/paulmillr/chokidar/issues/257
 */
export async function readStableText(
  files: PluginFiles,
  path: string,
  maxBytes: number,
  scheduler: SchedulerLike = asyncScheduler,
): Promise<E.Either<ReadProblem, StableText>> {
  let emptyMs = 0;
  for (let reads = 0; reads < MAX_READS_COUNT; reads += 1) {
    const reading = attemptRead(() => files.read(path, maxBytes), path);
    if (E.isLeft(reading)) return reading;
    const { text, before, after, sizeBytes, isUtf8 = true } = reading.right;
    if (before.kind !== 'file') return E.left({ code: 'ENOTFILE', path });
    // Too large already, whether or not somebody still writes to it.
    if (sizeBytes > maxBytes) return E.left({ code: 'ETOOBIG', path });
    if (before.identity === after.identity && sizeBytes === after.sizeBytes) {
      if (sizeBytes > 0 || emptyMs >= EMPTY_WAIT_MS) {
        return E.right({ text: withoutMark(text), stamp: after, isUtf8 });
      }
      emptyMs += READ_AGAIN_AFTER_MS;
    }
    await wait(READ_AGAIN_AFTER_MS, scheduler);
  }
  return E.left({ code: 'EBUSY', path });
}

/** A file operation that returns its failure as a value: Left with the system's code. */
export function attemptRead<A>(operation: () => A, path: string): E.Either<ReadProblem, A> {
  try {
    return E.right(operation());
  } catch (error) {
    const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'string';
    return E.left({ code: hasCode ? String(error.code) : 'EUNKNOWN', path });
  }
}

function wait(ms: number, scheduler: SchedulerLike): Promise<void> {
  return new Promise((resolve) => {
    scheduler.schedule(() => resolve(), ms);
  });
}
