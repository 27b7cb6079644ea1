import type { Look } from './Look.js';

/** A path that cannot be looked at, for another reason than that it does not exist. */
export interface Unreadable {
  readonly kind: 'unreadable';
  /** The system's error code. */
  readonly code: string;
}

/**
 * The port through which the source sees the disk. This room has what a look at a path finds, and what is remembered of
 * it. Everything is synchronous: a look costs less than a promise.
 */
export interface FileSystem {
  /** One stat of a path; `undefined`: nothing is there, or the target of a followed link does not exist. */
  look(path: string, followSymlinks: boolean): Look | Unreadable | undefined;
  /** Names in a directory, in any order; `undefined`: it does not exist, or is no directory. */
  list(dir: string): readonly string[] | Unreadable | undefined;
  /** The content of a file as text; `undefined`: it cannot be read, or is longer than `maxBytes`. */
  text(path: string, maxBytes: number): string | undefined;
  /** A number that tells contents apart; `undefined`: the file cannot be read, or is longer than `maxBytes`. */
  digest(path: string, maxBytes: number): number | undefined;
  /** The same for a link, of the target path that it holds. */
  digestLink(path: string): number | undefined;
  /** The path with every link followed; `undefined`: it does not exist. */
  realPath(path: string): string | undefined;
}
