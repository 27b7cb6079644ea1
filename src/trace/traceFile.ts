import type { RecordOptions, TraceSink } from '../model/trace/TraceRecord.js';
import { messageOf } from '../model/unknownValue.js';
import { requireInRange } from '../policies/ranges.js';
import { emitWarning } from '../sinks/adapters/emitWarning.js';
import { later, onProcessEnd, openTrace, requireWritable } from './adapters/traceHandle.js';
import { maxRecordBytesOf, recordLine } from './file/recordLine.js';
import { TraceWriter } from './file/TraceWriter.js';

/** Below the 256 MB that `readTrace` reads. */
const DEFAULT_MAX_BYTES = 128 * 1_024 * 1_024;

/** Options of {@link traceFile}. */
export interface TraceFileOptions extends RecordOptions {
  /**
   * A file that would become larger is ended, and the run goes on in a new one: in bytes, from 4,096. The full one becomes `<path>.1`, at
   * most three are kept. A run that still has its first file can be replayed. Default 134,217,728.
   */
  readonly maxBytes?: number;
}

/** A trace in a file. */
export interface TraceFile extends TraceSink {
  /** Resolves when everything that was recorded so far has been written. */
  flushed(): Promise<void>;
}

/**
 * Records a run into a file, one record a line: the option `trace` of `hotReload`. The file never holds a plugin's state.
 *
 * Nothing waits for the disk. When it is full or too slow, records are left out and counted (`gap`), one process warning says so, and the
 * host goes on.
 *
 * @param path - The file. One that exists becomes `<path>.1`.
 * @param options - See `TraceFileOptions`.
 * @throws Error when the file cannot be written now. RangeError for a number out of range.
 *
 * @example
 * ```ts
 * const trace = traceFile(join(mkdtempSync('/tmp/run-'), 'run.ndjson'));
 * const events$ = hotReload({ source$: EMPTY, target: recordingTarget(), trace });
 * await lastValueFrom(events$, { defaultValue: undefined });
 *
 * await trace.flushed(); // => undefined
 * ```
 */
export function traceFile(path: string, options: TraceFileOptions = {}): TraceFile {
  const { maxBytes = DEFAULT_MAX_BYTES } = options;
  requireInRange('traceFile', { least: 4_096 }, { maxBytes });
  const maxRecordBytes = maxRecordBytesOf('traceFile', options);
  try {
    requireWritable(path);
  } catch (error) {
    throw new Error(`traceFile: ${path} cannot be written: ${messageOf(error)}`, { cause: error });
  }
  let writer: TraceWriter | undefined;
  let forget = (): void => undefined;
  return {
    recording: options,
    next: (record) => {
      if (record.k !== 'header') {
        writer?.add(recordLine(record, maxRecordBytes));
        return;
      }
      const run = new TraceWriter({
        open: () => openTrace(path),
        later,
        maxBytes,
        header: (part) => JSON.stringify(part === 1 ? record : { ...record, part }),
        onLost: (error) =>
          emitWarning(
            `${path}: records of the run are lost, the host goes on: ${messageOf(error)}`,
          ),
      });
      writer = run;
      run.start();
      forget = onProcessEnd(() => run.endNow());
    },
    error: () => undefined,
    complete: () => {
      const run = writer;
      run?.end();
      void run?.flushed().then(forget);
    },
    flushed: async () => {
      await writer?.flushed();
    },
  };
}
