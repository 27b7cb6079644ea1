import type { Either } from 'fp-ts/lib/Either.js';
import type { BreakerStateName } from '../../model/reload/ReloadEvent.js';
import { longestDelayMs } from '../ranges.js';
import type { OutcomeCount } from './TripPolicy.js';

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

type Fields = Readonly<Record<string, unknown>>;
type CountFields = { readonly [F in keyof OutcomeCount]: unknown };

const mostCounts = 1_000_000;

const isNumber = (
  value: unknown,
  least = -Number.MAX_VALUE,
  most = Number.MAX_VALUE,
): value is number => typeof value === 'number' && value >= least && value <= most;

const isCount = (value: unknown, most?: unknown): boolean =>
  Number.isSafeInteger(value) && isNumber(value, 0, isNumber(most) ? most : undefined);

const isCounts = (value: unknown): boolean =>
  Array.isArray(value) &&
  value.length <= mostCounts &&
  value.every(
    (entry: CountFields | null) =>
      isNumber(entry?.ageMs, 0) && isCount(entry.count) && isCount(entry.badCount, entry.count),
  );

/** What each field must be; `openForMs` stands before what is compared with it. */
const isValid: Readonly<
  Record<keyof BreakerSnapshot, (value: unknown, snapshot: Fields) => boolean>
> = {
  v: (value) => value === 1,
  state: (value) => value === 'closed' || value === 'open' || value === 'half-open',
  takenAtMs: (value) => isNumber(value),
  openings: (value) => isCount(value),
  openForMs: (value) => isNumber(value, 0, longestDelayMs),
  openedAtMs: (value) => isNumber(value),
  leftMs: (value, { openForMs }) => isNumber(value, 0, Number(openForMs)),
  cause: (value) => value === null || typeof value === 'string',
  failures: isCounts,
  slowness: isCounts,
};

/**
 * Reads what `snapshot()` wrote; what it cannot have written is refused, with the field's name. The Either is written out:
 * in a browser bundle fp-ts would weigh more than all of this.
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
