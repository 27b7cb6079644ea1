/** A path that was seen to change, and why that is no event. */
export interface IgnoredPath {
  /** Absolute path. */
  readonly path: string;
  /**
   * - `exclude`: `exclude` matches it, or `include` does not.
   * - `extension`: its ending is none of `extensions`.
   * - `gitignore`: git ignores it, and `gitignore` is set.
   * - `depth`: a directory below `depth`.
   * - `temporary`: a file with a temporary name that was gone again before it was due.
   * - `sameContent`: it was written, and its content is as before.
   * - `touched`: only its times, its mode or its owner changed.
   * - `netNothing`: it was created and removed again, or removed and put back, within one batch.
   * - `noPlugin`: no plugin uses it. Only `watchPlugins` says so.
   */
  readonly why:
    | 'exclude'
    | 'extension'
    | 'gitignore'
    | 'depth'
    | 'temporary'
    | 'sameContent'
    | 'touched'
    | 'netNothing'
    | 'noPlugin';
}
