import type { BackoffPolicy } from '../backoff/BackoffCurve.js';
import { clampDelay } from '../ranges.js';
import { messageOf } from './breakerSnapshot.js';

/** How long a breaker stays open when `openForMs` gives no usable answer, in ms. */
export const defaultOpenForMs = 60_000;

/**
 * Asks `policy` how long the breaker stays open. When the policy throws or returns NaN, the breaker must still stop
 * the attempts, so it opens for `defaultOpenForMs`.
 *
 * @param openings - Openings since the breaker was last closed, from 1.
 * @param previousMs - The open time before this one; 0 before the first.
 * @returns `remark`: why the default was used, to be added to the reason of the transition; otherwise empty.
 */
export function openTime(
  policy: BackoffPolicy,
  openings: number,
  cause: unknown,
  previousMs: number,
): { readonly openForMs: number; readonly remark: string } {
  let problem = 'returned NaN';
  try {
    const ms = policy(openings, cause, previousMs) ?? defaultOpenForMs;
    if (!Number.isNaN(ms)) return { openForMs: clampDelay(ms, 1), remark: '' };
  } catch (thrown) {
    problem = `threw (${messageOf(thrown)})`;
  }
  const remark = `; openForMs ${problem}, so ${defaultOpenForMs} ms`;
  return { openForMs: defaultOpenForMs, remark };
}
