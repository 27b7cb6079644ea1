/** What a number must be: `least` and `most` inclusive, by default up to Infinity. */
export interface NumberRange {
  readonly least: number;
  readonly most?: number;
  /** Takes Infinity too, past `most`: it stands for none. */
  readonly orNone?: boolean;
  /** Refuses fractions, but not Infinity. */
  readonly isWhole?: boolean;
  /** The option whose value `least` is. */
  readonly leastOf?: string;
}

/** Throws when one of the `options` of `owner` cannot work, and names the option, its value and its bound. */
export function requireInRange(
  owner: string,
  range: NumberRange,
  options: Readonly<Record<string, number>>,
): void {
  const { least, most = Infinity, orNone = false, isWhole = false, leastOf } = range;
  // Nothing is made where all is well: with `perKey`, operators are called once a key.
  for (const option in options) {
    const value = options[option] ?? NaN;
    const isNumber = typeof value === 'number' && !Number.isNaN(value);
    const isSplit = isWhole && value % 1 > 0;
    const isInside = isNumber && value >= least && value <= most && !isSplit;
    if (isInside || (orNone && value === Infinity)) continue;
    const bound = leastOf === undefined ? `${least}` : `${leastOf} (${least})`;
    let why = `not a ${isNumber ? 'whole ' : ''}number of at least ${bound}`;
    if (value < least) why = `less than ${bound}`;
    if (value > most) why = `more than ${most}`;
    throw new RangeError(`${owner}: ${option} (${value}) is ${why}`);
  }
}

/** Brings a wait within what a timer can hold, and to `leastMs` at least. */
export function clampDelay(ms: number, leastMs = 0): number {
  return Math.min(longestDelayMs, Math.max(leastMs, ms));
}

/**
 * The longest wait a timer can hold: 2^31 - 1 ms, almost 25 days. One more and Node fires after 1 ms,
 * which turns the longest backoff into a hot loop.
 *
 * @source https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
 */
export const longestDelayMs = 2 ** 31 - 1;

/** A share of attempts: of more than a million, no window knows. */
export const ratioRange: NumberRange = { least: 1e-6, most: 1 };

/** Throws when an option of `owner` is none of the words that it may be: a value that a compiler never saw. */
export function requireOneOf(
  owner: string,
  option: string,
  value: string,
  words: readonly string[],
): void {
  if (words.includes(value)) return;
  throw new RangeError(`${owner}: ${option} (${value}) is not one of ${words.join(', ')}`);
}
