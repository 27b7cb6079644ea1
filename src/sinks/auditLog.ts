import type { Observer } from 'rxjs';
import { messageOf } from '../model/unknownValue.js';
import { requireInRange } from '../policies/ranges.js';
import { appendLine } from './adapters/appendLine.js';
import { emitWarning } from './adapters/emitWarning.js';
import { rotateFile } from './adapters/rotateFile.js';

/** Options of {@link auditLog}. */
export interface AuditLogOptions {
  /** Flushes the file after each line (`fsync`), so that a loss of power loses no line. Default false. */
  readonly fsync?: boolean;
  /**
   * Before the file would grow above this many bytes, it is renamed to `<path>.1` and a new one begins; the old `.1`
   * becomes `.2`, and so on. A line is never split: a line that is longer than the limit gets a file of its own. From 1
   * (`RangeError` otherwise). Default: no limit.
   */
  readonly rotateBytes?: number;
  /** How many renamed files are kept; the oldest is deleted. A whole number from 0 to 1,000 (`RangeError` otherwise). Default 5. */
  readonly keepCount?: number;
  /** Called when a line could not be written; later lines are written as before. Default: a process warning, once per message. */
  readonly onError?: (error: Error) => void;
}

/**
 * An observer that appends each event to a file as one line of JSON (NDJSON), whole and in order. The file and its folder
 * are created on the first event, for their owner only. A write that fails never ends the stream. A partial line, left by a
 * full disk or a killed host, stays on a line of its own.
 *
 * @param path - The file. When it is rotated, only one process may write to it at a time.
 *
 * @example
 * ```ts
 * const file = join(temporaryFolder(), 'reloads.ndjson');
 * of({ _tag: 'Unchanged', plugin: 'counter' }).subscribe(auditLog(file));
 *
 * readFileSync(file, 'utf8'); // => '{"_tag":"Unchanged","plugin":"counter"}\n'
 * ```
 */
export function auditLog(
  path: string,
  {
    fsync = false,
    rotateBytes = Infinity,
    keepCount = 5,
    onError = warn(path),
  }: AuditLogOptions = {},
): Observer<unknown> {
  requireInRange('auditLog', { least: 1 }, { rotateBytes });
  requireInRange('auditLog', { least: 0, isWhole: true, most: 1_000 }, { keepCount });
  /**
   * Whether the file may end in the middle of a line: true at the start, because an earlier host may have been killed,
   * and after a failed write.
   */
  let mayBeTorn = true;
  const write = (entry: unknown): void => {
    try {
      const line = JSON.stringify(entry);
      if (rotateBytes < Infinity) {
        const addedBytes = Buffer.byteLength(line) + 1;
        rotateFile(path, { addedBytes, maxBytes: rotateBytes, keepCount, isDurable: fsync });
      }
      const wasTorn = mayBeTorn;
      mayBeTorn = true;
      appendLine(path, line, { isDurable: fsync, mayBeTorn: wasTorn });
      mayBeTorn = false;
    } catch (cause) {
      onError(cause instanceof Error ? cause : new Error(messageOf(cause)));
    }
  };
  return {
    next: write,
    error: (cause: unknown) => {
      write({ _tag: 'StreamFailed', message: messageOf(cause) });
    },
    complete: () => undefined,
  };
}

function warn(path: string): (error: Error) => void {
  return (error) => emitWarning(`auditLog: ${path} could not be written: ${error.message}`);
}
