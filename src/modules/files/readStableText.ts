import * as E from 'fp-ts/lib/Either.js';
import { asyncScheduler, type SchedulerLike } from 'rxjs';
import { attemptRead, type ReadProblem } from './attemptRead.js';
import type { FileStamp, PluginFiles } from './PluginFiles.js';
import { wait } from './wait.js';
import { withoutMark } from './withoutMark.js';

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
