/** What was read of a file: all of it, when `bytes` is as long as `sizeBytes`. */
export interface FileStart {
  readonly bytes: Uint8Array;
  readonly sizeBytes: number;
}

/**
 * The disk, as a state store uses it. Failures are thrown, or rejections, with a `code` as Node gives them. What takes
 * microseconds is synchronous; what waits for the disk is not.
 */
export interface StateFiles {
  /** The user's home directory. */
  home(): string;
  /** Names in a directory. */
  list(dir: string): readonly string[];
  /** Makes one directory for its owner only (0700). */
  makeDirectory(dir: string): void;
  isDirectory(path: string): boolean;
  /** Creates a file for its owner only (0600) and opens it for writing. Never an existing one, never through a link. */
  create(path: string): number;
  /** Writes from `offset` on, and says how many bytes it wrote: maybe fewer. */
  write(file: number, bytes: Uint8Array, offset: number): number | Promise<number>;
  /** Waits until what was written is on the disk. After a failure the file is not to be trusted. */
  sync(file: number): Promise<void>;
  close(file: number): void;
  /** Gives a file a second name in its directory. `EEXIST` when there is a file of that name. */
  link(from: string, to: string): void;
  /** Replaces a file of the new name. */
  rename(from: string, to: string): void;
  /** Waits until the names in a directory are on the disk. Nothing is promised on Windows, which cannot. */
  syncDirectory(dir: string): Promise<void>;
  remove(path: string): void;
  /** At most the first `maxBytes` of a regular file, never through a link. `undefined` when it is no file. */
  read(path: string, maxBytes: number): Promise<FileStart | undefined>;
}
