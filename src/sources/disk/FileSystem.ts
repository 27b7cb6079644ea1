import type { Look } from './Look.js';

/** Why nothing can be said about a path, other than that it is not there. */
export interface Unreadable {
  readonly kind: 'unreadable';
  readonly code: string;
}

/** The port through which the source sees the disk. All of it is synchronous: a look costs less than a promise. */
export interface FileSystem {
  /** `undefined`: nothing is there, or a followed link leads nowhere. */
  look(path: string, followSymlinks: boolean): Look | Unreadable | undefined;
  /** Names in a directory, in any order; `undefined`: it is not there, or no directory. */
  list(dir: string): readonly string[] | Unreadable | undefined;
  /** The content of a file as text; `undefined`: it cannot be read, or is longer than `maxBytes`. */
  text(path: string, maxBytes: number): string | undefined;
  /** A number that tells contents apart, or `undefined` when the file cannot be read or is longer than `maxBytes`. */
  digest(path: string, maxBytes: number): number | undefined;
  /** For a link: the same for the text that it holds. */
  digestLink(path: string): number | undefined;
  /** Where a path leads once every link is followed; `undefined`: nowhere. */
  realPath(path: string): string | undefined;
}
