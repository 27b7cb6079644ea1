import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import type { FileStamp, PluginFiles } from './PluginFiles.js';

const EMPTY_WAIT_MS = 50;
const LOOK_EVERY_MS = 5;
const MAX_LOOKS_COUNT = 40;

export interface StableText {
  readonly text: string;
  readonly stamp: FileStamp;
}

/**
 * Reads a file that somebody may be saving: again while it changes under the read, and for up to 50 ms while it is empty,
 * because an editor truncates before it writes.
 *
 * @source Readers that act on the first event got a wrong text in 25 to 52 % of in-place saves:
 *   https://github.com/paulmillr/chokidar/issues/257
 */
export async function readStable(
  files: PluginFiles,
  path: string,
  maxBytes: number,
  scheduler: SchedulerLike = asyncScheduler,
): Promise<E.Either<ReadProblem, StableText>> {
  let emptyMs = 0;
  for (let looks = 0; looks < MAX_LOOKS_COUNT; looks += 1) {
    const reading = attemptRead(() => files.read(path, maxBytes), path);
    if (E.isLeft(reading)) return reading;
    const { text, before, after, sizeBytes } = reading.right;
    if (before.kind !== 'file') return E.left({ code: 'ENOTFILE', path });
    // One byte more than the limit is read; whether more is to come does not matter.
    if (sizeBytes > maxBytes) return E.left({ code: 'ETOOBIG', path });
    if (before.identity === after.identity && sizeBytes === after.sizeBytes) {
      if (sizeBytes > 0 || emptyMs >= EMPTY_WAIT_MS) {
        return E.right({ text: withoutMark(text), stamp: after });
      }
      emptyMs += LOOK_EVERY_MS;
      await wait(LOOK_EVERY_MS, scheduler);
    } else {
      await wait(LOOK_EVERY_MS, scheduler);
    }
  }
  return E.left({ code: 'EBUSY', path });
}

/** Why a file has no text: the system's code, or `ENOTFILE`, `ETOOBIG`, `EBUSY` of ours. */
export interface ReadProblem {
  readonly code: string;
  readonly path: string;
}

/** A look at the disk as a value: Left with the system's code. */
export function attemptRead<A>(look: () => A, path: string): E.Either<ReadProblem, A> {
  try {
    return E.right(look());
  } catch (error) {
    const hasCode = error instanceof Error && 'code' in error && typeof error.code === 'string';
    return E.left({ code: hasCode ? String(error.code) : 'EUNKNOWN', path });
  }
}

/** Resolves after `ms` of the scheduler's time. */
export function wait(ms: number, scheduler: SchedulerLike): Promise<void> {
  return new Promise((resolve) => {
    scheduler.schedule(() => resolve(), ms);
  });
}

/** Without the mark of byte order that some editors begin a file with. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}
