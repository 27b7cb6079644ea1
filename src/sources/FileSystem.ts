import type { Look } from './Look.js';

/** Why a look found nothing that can be said about the path, other than that it is not there. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly code: string;
}

/** The port through which the source sees the disk. All of it is synchronous: a look costs less than a promise. */
export interface FileSystem {
  /** `undefined`: nothing is there. */
  look(path: string, followSymlinks: boolean): Look | Unreadable | undefined;
  /** Names in a directory, in any order; `undefined`: it is not there, or no directory. */
  list(dir: string): readonly string[] | Unreadable | undefined;
  /** A number that tells contents apart (48 bits of a hash), or `undefined` when the file cannot be read or is longer than `maxBytes`. */
  digest(path: string, maxBytes: number): number | undefined;
  /** For a link: the same for its target's path. */
  digestLink(path: string): number | undefined;
}
