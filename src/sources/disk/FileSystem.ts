import type { Look } from './Look.js';

/** A path that may exist but cannot be looked at. */
export interface Unreadable {
  readonly kind: 'unreadable';
  /** The system's error code. */
  readonly code: string;
}

/** A name in a directory, and whether it is a regular file. Node's `Dirent` is one. */
interface ListedEntry {
  readonly name: string;
  isFile(): boolean;
}

/**
 * The port through which the source sees the disk. This room has the results of looks at paths, and the snapshot that
 * remembers them. Everything is synchronous: a look costs less than a promise.
 */
export interface FileSystem {
  /** One stat of a path; `undefined`: nothing is there, or the target of a followed link does not exist. */
  look(path: string, followSymlinks: boolean): Look | Unreadable | undefined;
  /** Names in a directory, in any order; `undefined`: it does not exist, or is no directory. */
  list(dir: string): readonly string[] | Unreadable | undefined;
  /**
   * As `list`, with what the directory itself says of each name: it takes no look at the entries. `undefined`: it does not say, or cannot be
   * read; `list` tells why. Left out: no directory says.
   */
  entries?(dir: string): readonly ListedEntry[] | undefined;
  /** The content of a file as text; `undefined`: it cannot be read, or is longer than `maxBytes`. */
  text(path: string, maxBytes: number): string | undefined;
  /**
   * A number that differs where contents differ; `undefined`: the file cannot be read, or is longer than `maxBytes`.
   */
  digest(path: string, maxBytes: number): number | undefined;
  /** The digest of a link: of the target path that the link holds. */
  digestLink(path: string): number | undefined;
  /** Where a link leads, as it is written in the link; `undefined`: there is no link. */
  linkTarget(path: string): string | undefined;
  /** The path with every link followed; `undefined`: it does not exist. */
  realPath(path: string): string | undefined;
}
