/** What one look at a path found. `other` (a socket, a pipe, a device) is never reported. */
export interface Look {
  readonly kind: 'file' | 'link' | 'directory' | 'other';
  /** Whether the path is a link, and the rest tells of what it leads to. */
  readonly isFollowed: boolean;
  readonly dev: number;
  readonly ino: number;
  /** Time of birth in milliseconds, with its fraction: together with `dev` and `ino` the identity. 0 where the filesystem has none. */
  readonly birthMs: number;
  readonly mtimeMs: number;
  readonly ctimeMs: number;
  readonly sizeBytes: number;
}
