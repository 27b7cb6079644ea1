/** The beginning of a file: all of it when `bytes` is as long as `sizeBytes`. */
export interface FileStart {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

/**
 * The disk, as a state store uses it. Methods throw or reject with Node's errors (`code`). Calls that take microseconds are
 * synchronous; calls that wait for the disk are not.
 */
export interface StateFiles {
  /** The user's home directory. Undefined: this user has none. */
  home(): string | undefined;
  /** Names in a directory. */
  list(dir: string): readonly string[];
  /** Makes one directory for its owner only (0700). */
  makeDirectory(dir: string): void;
  isDirectory(path: string): boolean;
  /** Creates a file for its owner only (0600) and opens it for writing. Throws when the name exists, also as a link. */
  create(path: string): number;
  /** Writes `bytes` from `offset` on. Returns how many bytes it wrote, possibly fewer. */
  write(file: number, bytes: Uint8Array, offset: number): number | Promise<number>;
  /** Resolves when everything written is on the disk. After a failure the file must not be trusted. */
  sync(file: number): Promise<void>;
  close(file: number): void;
  /** Gives a file a second name in its directory. `EEXIST` when the name is taken. */
  link(from: string, to: string): void;
  /** Renames a file, and replaces a file that already has the new name. */
  rename(from: string, to: string): void;
  /** Resolves when the names in a directory are on the disk. Does nothing on Windows, which cannot flush directories. */
  syncDirectory(dir: string): Promise<void>;
  remove(path: string): void;
  /** At most the first `maxBytes` of a regular file. `undefined` for a link, a directory, a pipe or a device. */
  read(path: string, maxBytes: number): Promise<FileStart | undefined>;
}
