/** The port through which the source waits. Every function given to it can be taken back. */
export interface Clock {
  /** Milliseconds that never run backwards, with a fraction. */
  nowMs(): number;
  /** What events carry as `atMs`. */
  stampMs(): number;
  /** Runs once, after the events that are waiting now. */
  nextTurn(run: () => void): () => void;
  /** Runs once, when a moment has passed: a turn of the loop, or the least that a scheduler can tell apart. */
  soon(run: () => void): () => void;
  /** Runs once, at least `delayMs` from now. */
  after(delayMs: number, run: () => void): () => void;
}
