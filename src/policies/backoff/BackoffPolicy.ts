/**
 * How long to wait before the next attempt, in milliseconds.
 *
 * @param attempt - Which retry this will be, from 1.
 * @param error - What ended the attempt before.
 * @param previousMs - The wait before this one; 0 before the first.
 * @returns The wait; `undefined` leaves it to the curve that its reader has by default.
 */
export type BackoffPolicy = (
  attempt: number,
  error: unknown,
  previousMs: number,
) => number | undefined;
