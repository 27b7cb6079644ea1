import type { Observer } from 'rxjs';
import { messageOf } from '../model/unknownValue.js';
import { requireInRange } from '../policies/ranges.js';
import { appendLine } from './adapters/appendLine.js';
import { emitWarning } from './adapters/emitWarning.js';
import { rotateFile } from './adapters/rotateFile.js';

export interface AuditLogOptions {
  /** Waits for the disk after each line (`fsync`), so that a power cut loses none. Default false. */
  readonly fsync?: boolean;
  /**
   * Above so many bytes, at least 1, the file is moved to `<path>.1` and begun anew; what was `.1` becomes `.2`, and so on. A line is
   * never split, so that one longer than this has a file of its own. Default: the file grows.
   */
  readonly rotateBytes?: number;
  /** Files that are kept beside the current one, a count from 0; the oldest is deleted. Default 5. */
  readonly keepCount?: number;
  /** Called when a line could not be written; the stream goes on. Default: a process warning, once per text. */
  readonly onError?: (error: Error) => void;
}

/**
 * An observer that appends each event to a file as one line of JSON (NDJSON), whole and in order. The file, and
 * the folder that it is in, are made on the first event, for their owner alone. A write that fails never ends the stream;
 * what a full disk or a killed host left of a line stays a line of its own.
 *
 * @param path - The file. One process writes to it at a time, where it is rotated.
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
