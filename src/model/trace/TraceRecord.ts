/**
 * One line of a trace: what came into a pipeline, what it asked of others, or what it emitted. docs/trace.md has the fields of each
 * kind.
 */
export interface TraceRecord {
  /** The kind. */
  readonly k: string;
  /** Milliseconds since the record before that has one. Left out: 0. */
  readonly d?: number;
}

/** How a run is recorded. */
export interface RecordOptions {
  /**
   * `full`: everything that a replay needs. `events`: only the events, for reading; such a trace cannot be replayed. Default `full`.
   */
  readonly level?: 'events' | 'full';
  /**
   * What is replaced by tokens, equal ones by equal tokens. `paths`: names of files and folders, and texts that came from plugins or
   * hosts; excerpts of sources are left out. `all`: names of plugins too. `none`: nothing but the directories above the root.
   * Default `paths`.
   */
  readonly redact?: 'none' | 'paths' | 'all';
  /**
   * The longest record, in bytes of UTF-8, from 1,024. A longer one is left out as a `gap`, and the trace cannot be replayed. Default
   * 65,536.
   */
  readonly maxRecordBytes?: number;
  /** Determines the draws of `random` where the options give none: a whole number from 0 to 2^53 - 1. Default: drawn. */
  readonly seed?: number;
}

/** A run that was recorded. */
export interface Trace {
  /** What the run was started with. */
  readonly header: TraceRecord;
  /** The records after the header, the `end` included when there is one. */
  readonly records: readonly TraceRecord[];
  /** Whether the trace has its end. Without it, the run goes on where nobody knows how. */
  readonly isComplete: boolean;
  /** A file of the run that is not there, or cannot be read beside the others: what it has is missing here. Left out: none. */
  readonly missing?: string;
}

/**
 * Why a trace cannot be used. `TraceCorrupt`: it is not what was written. `TraceTruncated`: it ends before its header does.
 * `TraceTooNew`: a later version wrote it. `TraceTooLarge`: above 256 MB. `TraceIncomplete`: it lacks what this needs. `TraceIo`: it
 * cannot be read.
 */
export interface TraceError {
  readonly _tag:
    | 'TraceCorrupt'
    | 'TraceTruncated'
    | 'TraceTooNew'
    | 'TraceTooLarge'
    | 'TraceIncomplete'
    | 'TraceIo';
  /** Line of the file, from 1; null where it is about the file as a whole. */
  readonly line: number | null;
  /** For the person at the terminal: what is wrong, and what to do. */
  readonly message: string;
}

/** The version of the format. */
export const TRACE_VERSION = 1;

/** Where records go: the option `trace` of `hotReload`. */
export interface TraceSink {
  /** How to record. Default: as `RecordOptions` says. */
  readonly recording?: RecordOptions;
  /** One more record. */
  next(record: TraceRecord): void;
  /** The run ended with an error. */
  error(error: unknown): void;
  /** The run is over. */
  complete(): void;
}
