import type { Either, Left } from 'fp-ts/lib/Either.js';
import type { BreakerStateName } from '../model/ReloadEvent.js';
import { longestDelayMs } from './longestDelayMs.js';
import type { OutcomeCount } from './OutcomeWindow.js';

/** A breaker's state as JSON. Isolation is not in it: who holds a breaker open is no longer there to let go. */
export interface BreakerSnapshot {
  readonly v: 1;
  readonly state: BreakerStateName;
  readonly takenAtMs: number;
  /** Openings since it was last closed: where the open time is on its curve. */
  readonly openings: number;
  readonly openForMs: number;
  readonly openedAtMs: number;
  /** What was left of the open time. */
  readonly leftMs: number;
  /** The message of the error that opened it. */
  readonly cause: string | null;
  readonly failures: readonly OutcomeCount[];
  readonly slowness: readonly OutcomeCount[];
}

const mostCounts = 1_000_000;

/**
 * Reads what `snapshot()` wrote; what it cannot have written is refused, with the field's name. The Either is written out:
 * in a browser bundle fp-ts would weigh more than all of this.
 */
export function decodeBreakerSnapshot(
  owner: string,
  value: unknown,
): Either<Error, BreakerSnapshot> {
  const refuse = (what: string): Left<Error> => ({
    _tag: 'Left',
    left: new Error(`${owner}: ${what}`),
  });
  if (!isRecord(value)) return refuse('the snapshot is not an object');
  const { v, state, takenAtMs, openings, openForMs, openedAtMs, leftMs, cause } = value;
  const failures = decodeCounts(value.failures);
  const slowness = decodeCounts(value.slowness);
  const invalid = (field: string): Left<Error> => refuse(`${field} in the snapshot is not valid`);
  if (v !== 1) return invalid('v');
  if (state !== 'closed' && state !== 'open' && state !== 'half-open') return invalid('state');
  if (!isNumber(takenAtMs, -Infinity)) return invalid('takenAtMs');
  if (!isCount(openings)) return invalid('openings');
  if (!isNumber(openForMs, 0, longestDelayMs)) return invalid('openForMs');
  if (!isNumber(openedAtMs, -Infinity)) return invalid('openedAtMs');
  if (!isNumber(leftMs, 0, openForMs)) return invalid('leftMs');
  if (cause !== null && typeof cause !== 'string') return invalid('cause');
  if (failures === undefined) return invalid('failures');
  if (slowness === undefined) return invalid('slowness');
  return {
    _tag: 'Right',
    right: {
      v,
      state,
      takenAtMs,
      openings,
      openForMs,
      openedAtMs,
      leftMs,
      cause,
      failures,
      slowness,
    },
  };
}

function decodeCounts(value: unknown): readonly OutcomeCount[] | undefined {
  if (!Array.isArray(value) || value.length > mostCounts) return undefined;
  const counts: OutcomeCount[] = [];
  for (const entry of value as readonly unknown[]) {
    if (!isRecord(entry)) return undefined;
    const { ageMs, count, badCount } = entry;
    if (!isNumber(ageMs, 0)) return undefined;
    if (!isCount(count) || !isCount(badCount) || badCount > count) return undefined;
    counts.push({ ageMs, count, badCount });
  }
  return counts.sort((a, b) => b.ageMs - a.ageMs);
}

function isNumber(value: unknown, least: number, most = Infinity): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
}

function isCount(value: unknown): value is number {
  return isNumber(value, 0) && Number.isSafeInteger(value);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
