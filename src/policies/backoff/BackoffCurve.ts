/**
 * A backoff policy that knows its bounds: no wait is shorter than `initialMs` or longer than `maxMs`.
 * Decorrelated jitter draws between them, which it could not for a bare function.
 */
export interface BackoffCurve {
  (attempt: number): number;
  readonly initialMs: number;
  readonly maxMs: number;
}
