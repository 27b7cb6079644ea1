/** A mistake of one line in the sources of hotpipe, as somebody might make it. The simulator must find it. */
export interface SourceBug {
  /** What goes wrong. */
  readonly name: string;
  /** The file that has the mistake, relative to `src`. */
  readonly file: string;
  /** Text that is in the file exactly once. */
  readonly right: string;
  /** What stands in its place. */
  readonly wrong: string;
}
