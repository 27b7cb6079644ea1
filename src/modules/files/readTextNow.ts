import * as E from 'fp-ts/lib/Either.js';
import { type PluginFiles, withoutMark } from './PluginFiles.js';
import { attemptRead, type ReadProblem, type StableText } from './readStableText.js';

/** An editor that truncates a file writes to it soon after. A `require` holds the event loop meanwhile, so it waits for less than a build. */
const MAX_WAITS_COUNT = 10;
const READ_AGAIN_AFTER_MS = 5;

/**
 * Reads a file that somebody may be saving, at once. As `readStableText`, but a `require` cannot wait for a later turn: it reads again for
 * up to 50 ms while the file changes, or while it is empty and was written to just now.
 *
 * @param pause - Blocks for this time.
 */
export function readTextNow(
  files: PluginFiles,
  path: string,
  maxBytes: number,
  pause: (ms: number) => void,
): E.Either<ReadProblem, StableText> {
  for (let waits = 0; ; waits += 1) {
    const reading = attemptRead(() => files.read(path, maxBytes), path);
    if (E.isLeft(reading)) return reading;
    const { text, before, after, sizeBytes, isUtf8 = true } = reading.right;
    if (before.kind !== 'file') return E.left({ code: 'ENOTFILE', path });
    if (sizeBytes > maxBytes) return E.left({ code: 'ETOOBIG', path });
    const isLast = waits === MAX_WAITS_COUNT;
    if (before.identity === after.identity && sizeBytes === after.sizeBytes) {
      if (sizeBytes > 0 || after.isSettled || isLast) {
        return E.right({ text: withoutMark(text), stamp: after, isUtf8 });
      }
    }
    if (isLast) return E.left({ code: 'EBUSY', path });
    pause(READ_AGAIN_AFTER_MS);
  }
}
