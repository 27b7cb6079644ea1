import type { Either } from 'fp-ts/lib/Either.js';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import { longestDelayMs } from '../ranges.js';
import type { OutcomeCount } from './TripPolicy.js';

/** A breaker's state as JSON. Isolation is not part of it: its holders do not outlive the process, so nobody could release it. */
export interface BreakerSnapshot {
  readonly v: 1;
  readonly state: BreakerStateName;
  /** When the snapshot was taken, in scheduler time. */
  readonly takenAtMs: number;
  /** Openings since it was last closed: the position on the curve of `openForMs`. */
  readonly openings: number;
  /** The open time that was chosen last. */
  readonly openForMs: number;
  /** When the breaker opened, in scheduler time. */
  readonly openedAtMs: number;
  /** How much of the open time was left; 0 unless open. */
  readonly leftMs: number;
  /** The message of the error that opened it. */
  readonly cause: string | null;
  /** What the counters of `trip` and `slow` held, oldest first. */
  readonly failures: readonly OutcomeCount[];
  readonly slowness: readonly OutcomeCount[];
}

type Fields = Readonly<Record<string, unknown>>;
type CountFields = { readonly [F in keyof OutcomeCount]: unknown };

/** As many as the largest window can dump: `failureRate` allows a count of 1,000,000. */
const mostCounts = 1_000_000;

const isNumber = (value: unknown, least = -Infinity, most = Infinity): value is number =>
  Number.isFinite(value) && Number(value) >= least && Number(value) <= most;

const isCount = (value: unknown, most?: unknown): boolean =>
  Number.isSafeInteger(value) && isNumber(value, 0, isNumber(most) ? most : undefined);

const isCounts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= mostCounts &&
  value.every(
    (entry: CountFields | null) =>
      isNumber(entry?.ageMs, 0) && isCount(entry.count) && isCount(entry.badCount, entry.count),
  );

/** What each field must be. `openForMs` comes before `leftMs`, which is compared with it. */
const isValid: Readonly<
  Record<keyof BreakerSnapshot, (value: unknown, snapshot: Fields) => boolean>
> = {
  v: (value) => value === 1,
  state: (value) => value === 'closed' || value === 'open' || value === 'half-open',
  takenAtMs: (value) => isNumber(value),
  openings: isCount,
  openForMs: (value) => isNumber(value, 0, longestDelayMs),
  openedAtMs: (value) => isNumber(value),
  leftMs: (value, { openForMs }) => isNumber(value, 0, Number(openForMs)),
  cause: (value) => value === null || typeof value === 'string',
  failures: isCounts,
  slowness: isCounts,
};

/**
 * Decodes the result of `snapshot()`. Any other value is a Left that names the wrong field. The Either is written as
 * a literal, because in a browser bundle fp-ts would be larger than this whole file.
 */
export function decodeBreakerSnapshot(
  owner: string,
  value: unknown,
): Either<Error, BreakerSnapshot> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  const fields = isObject ? (value as Fields) : {};
  const wrong = Object.entries(isValid).find(([field, is]) => !is(fields[field], fields));
  if (wrong === undefined) return { _tag: 'Right', right: value as BreakerSnapshot };
  const what = isObject
    ? `${wrong[0]} in the snapshot is not valid`
    : 'the snapshot is not an object';
  return { _tag: 'Left', left: new Error(`${owner}: ${what}`) };
}

/** The text that a snapshot keeps of a thrown value, because a stack does not survive JSON. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
