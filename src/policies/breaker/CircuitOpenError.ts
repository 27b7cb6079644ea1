/** The error of an attempt that an open breaker refuses. `cause` is the error that opened the breaker. */
export class CircuitOpenError extends Error {
  override readonly name = 'CircuitOpenError';
  /** The breaker's name. */
  readonly breaker: string;
  /** When to try again, in ms from now: finite and at least 1, also while a probe is under way. */
  readonly retryAfterMs: number;
  /** When the breaker opened, in scheduler time, in ms. */
  readonly openedAtMs: number;
  /** What `retryAfterMs` waits for: the end of the open time, or of the gap after the last probe, because `probeNow` was called. */
  readonly until: 'openTime' | 'probeGap';

  constructor(
    o: {
      readonly breaker: string;
      readonly retryAfterMs: number;
      readonly openedAtMs: number;
      readonly until?: 'openTime' | 'probeGap';
    },
    cause: unknown,
  ) {
    const { breaker, retryAfterMs, openedAtMs, until = 'openTime' } = o;
    super(`${breaker}: the circuit is open; the next attempt is due in ${retryAfterMs} ms`, {
      cause,
    });
    this.breaker = breaker;
    this.retryAfterMs = retryAfterMs;
    this.openedAtMs = openedAtMs;
    this.until = until;
  }
}
