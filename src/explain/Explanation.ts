/** Why something happened to a plugin, or why it did not. */
export interface Explanation {
  readonly plugin: string;
  /** Scheduler time of the first event that it is about, in milliseconds. */
  readonly atMs: number;
  /** The facts, in the order in which they happened: a sentence each. */
  readonly because: readonly string[];
  /** All of it as a text for a person. */
  readonly text: string;
}
