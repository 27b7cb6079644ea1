import type { Observer } from 'rxjs';
import { appendLine } from './adapters/appendLine.js';
import { emitWarning } from './adapters/emitWarning.js';

export interface AuditLogOptions {
  /** Waits for the disk after each line (`fsync`), so that a power cut loses none. Default false. */
  readonly fsync?: boolean;
  /** Called when a line could not be written; the stream goes on. Default: a process warning, once per text. */
  readonly onError?: (error: Error) => void;
}

/**
 * An observer that appends each event to a file as one line of JSON (NDJSON), whole and in order. The file, and
 * the folder that it is in, are made on the first event, for their owner alone. A write that fails never ends the stream.
 *
 * @param path - The file.
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
  { fsync = false, onError = warn(path) }: AuditLogOptions = {},
): Observer<unknown> {
  const write = (entry: unknown): void => {
    try {
      appendLine(path, JSON.stringify(entry), fsync);
    } catch (cause) {
      onError(cause instanceof Error ? cause : new Error(String(cause)));
    }
  };
  return {
    next: write,
    error: (cause: unknown) => {
      write({
        _tag: 'StreamFailed',
        message: cause instanceof Error ? cause.message : String(cause),
      });
    },
    complete: () => undefined,
  };
}

function warn(path: string): (error: Error) => void {
  return (error) => emitWarning(`auditLog: ${path} could not be written: ${error.message}`);
}
