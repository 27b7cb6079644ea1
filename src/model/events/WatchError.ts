/** Why a root, or a part of it, is not watched as asked. */
export interface WatchError {
  readonly _tag: 'WatchError';
  /** The system's code (`ENOSPC`, `EMFILE`, `EACCES`, `ENOENT`), or one of ours. */
  readonly code: string;
  readonly path: string;
  /** For the person at the terminal: what happened, and what to do. */
  readonly message: string;
}
