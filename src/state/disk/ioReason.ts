import { messageOf } from '../../model/unknownValue.js';

const meanings: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full: free some space'],
  ['EDQUOT', 'the quota is used up: free some space'],
  ['EROFS', 'the filesystem is read-only: mount it for writing'],
  ['EIO', 'the disk reported an error: check the system log and the disk'],
  ['EACCES', 'access is denied: check owner and mode of the directory'],
  ['EPERM', 'the operation is not permitted: check owner and mode of the directory'],
  ['EMFILE', 'this process has too many open files: raise `ulimit -n`'],
  ['ENFILE', 'this machine has too many open files'],
  ['ENOTDIR', 'a part of the path is not a directory'],
  ['ELOOP', 'there is a symbolic link where a file should be: remove it'],
  ['EFBIG', 'the file is larger than the process may write: raise `ulimit -f`'],
]);

export interface IoReason {
  /** The system's code, such as `ENOSPC`. */
  readonly code: string;
  /** What the code means, and what to do. */
  readonly reason: string;
}

/** A failed call on the disk, in words for the person at the terminal. */
export function ioReason(error: unknown): IoReason {
  const text = messageOf(error);
  const code =
    error instanceof Error && 'code' in error && typeof error.code === 'string'
      ? error.code
      : 'UNKNOWN';
  const meaning = meanings.get(code);
  return { code, reason: meaning === undefined ? text : `${meaning} (${code})` };
}

/** Whether a call on the disk failed because the file does not exist. */
export const isGone = (error: unknown): boolean => ioReason(error).code === 'ENOENT';
