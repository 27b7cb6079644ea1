import { left, right, type Either } from 'fp-ts/lib/Either.js';
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

/** Reads what `snapshot()` wrote; what it cannot have written is refused, with the field's name. */
export function decodeBreakerSnapshot(
  owner: string,
  value: unknown,
): Either<Error, BreakerSnapshot> {
  if (!isRecord(value)) return left(new Error(`${owner}: the snapshot is not an object`));
  const { v, state, takenAtMs, openings, openForMs, openedAtMs, leftMs, cause } = value;
  const refuse = (field: string) =>
    left(new Error(`${owner}: ${field} in the snapshot is not valid`));
  if (v !== 1) return refuse('v');
  if (state !== 'closed' && state !== 'open' && state !== 'half-open') return refuse('state');
  if (!isNumber(takenAtMs, -Infinity)) return refuse('takenAtMs');
  if (!isNumber(openings, 0) || !Number.isSafeInteger(openings)) return refuse('openings');
  if (!isNumber(openForMs, 0, longestDelayMs)) return refuse('openForMs');
  if (!isNumber(openedAtMs, -Infinity)) return refuse('openedAtMs');
  if (!isNumber(leftMs, 0, openForMs)) return refuse('leftMs');
  if (cause !== null && typeof cause !== 'string') return refuse('cause');
  const failures = decodeCounts(value.failures);
  if (failures === undefined) return refuse('failures');
  const slowness = decodeCounts(value.slowness);
  if (slowness === undefined) return refuse('slowness');
  return right({
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
  });
}

function decodeCounts(value: unknown): readonly OutcomeCount[] | undefined {
  if (!Array.isArray(value) || value.length > mostCounts) return undefined;
  const counts: OutcomeCount[] = [];
  for (const entry of value as readonly unknown[]) {
    if (!isRecord(entry)) return undefined;
    const { ageMs, count, badCount } = entry;
    if (!isNumber(ageMs, 0)) return undefined;
    if (!isNumber(count, 0) || !Number.isSafeInteger(count)) return undefined;
    if (!isNumber(badCount, 0, count) || !Number.isSafeInteger(badCount)) return undefined;
    counts.push({ ageMs, count, badCount });
  }
  return counts.sort((a, b) => b.ageMs - a.ageMs);
}

function isNumber(value: unknown, least: number, most = Infinity): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= least && value <= most;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
