/** What a path is on disk. */
export type EntryKind = 'file' | 'directory';

interface WatchEventFields {
  /** Absolute path; for `Renamed` the new one. */
  readonly path: string;
  /** What the path is now; for `Deleted`, what it was. */
  readonly kind: EntryKind;
  /** Scheduler time at which the change was seen, in milliseconds. */
  readonly atMs: number;
  /** Number of the batch that the event belongs to, from 1 per subscription. Events of one batch were seen together. */
  readonly batch: number;
}

/** A path was created, got other content, or was deleted. */
export interface PathEvent extends WatchEventFields {
  readonly _tag: 'Created' | 'Modified' | 'Deleted';
  /**
   * The kind before the change. Only with `Modified`, and only when a directory replaced a file, or a file replaced a
   * directory.
   */
  readonly fromKind?: EntryKind;
}

/** The same file or directory, proven by its identity on disk, is now at another path. */
export interface RenamedEvent extends WatchEventFields {
  readonly _tag: 'Renamed';
  /** The old path, absolute. */
  readonly from: string;
  /** The new path, equal to `path`. */
  readonly to: string;
}

/** One net change of the filesystem. */
export type WatchEvent = PathEvent | RenamedEvent;

/** Why a root, or a part of it, is not watched as requested. */
export interface WatchError {
  readonly _tag: 'WatchError';
  /** The system's code (`ENOSPC`, `EMFILE`, `EACCES`, `ENOENT`), or one of hotpipe's own. */
  readonly code: string;
  /** The root, directory or file that is not watched, absolute. */
  readonly path: string;
  /** For the person at the terminal: what happened, and what to do. */
  readonly message: string;
}
