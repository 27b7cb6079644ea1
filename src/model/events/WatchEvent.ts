/** What a path is on disk. */
export type EntryKind = 'file' | 'directory';

interface WatchEventFields {
  /** Absolute path; for `Renamed` the new one. */
  readonly path: string;
  readonly kind: EntryKind;
  /** Scheduler time at which the change was seen, in milliseconds. */
  readonly atMs: number;
  /** Number of the batch that the event belongs to, counted from 1 per subscription. */
  readonly batch: number;
}

/** A path came into being, got other content, or is gone. */
export interface PathEvent extends WatchEventFields {
  readonly _tag: 'Created' | 'Modified' | 'Deleted';
  /** Only with Modified: what the path was before, where that is not `kind`. A folder took the place of a file, or a file that of a folder. */
  readonly fromKind?: EntryKind;
}

/** The same file or directory, proven by its identity on disk, is now found under another path. */
export interface RenamedEvent extends WatchEventFields {
  readonly _tag: 'Renamed';
  readonly from: string;
  /** The new path, equal to `path`. */
  readonly to: string;
}

/** One net change of the filesystem. */
export type WatchEvent = PathEvent | RenamedEvent;

/** Why a root, or a part of it, is not watched as asked. */
export interface WatchError {
  readonly _tag: 'WatchError';
  /** The system's code (`ENOSPC`, `EMFILE`, `EACCES`, `ENOENT`), or one of ours. */
  readonly code: string;
  readonly path: string;
  /** For the person at the terminal: what happened, and what to do. */
  readonly message: string;
}
