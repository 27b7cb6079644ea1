/**
 * The longest wait that a timer can hold: 2^31 - 1 ms, almost 25 days. With a longer wait, Node fires the timer after
 * 1 ms, which would turn the longest backoff into a hot loop.
 *
 * @source https://nodejs.org/api/timers.html#settimeoutcallback-delay-args
 */
export const longestDelayMs = 2 ** 31 - 1;

/**
 * The range of a share of attempts. The largest window holds a million attempts, so every share below 1e-6 would mean
 * the same: one attempt.
 */
export const ratioRange: NumberRange = { least: 1e-6, most: 1 };

/** What a number must be: from `least` to `most`, both inclusive. `most` is Infinity by default. */
export interface NumberRange {
  readonly least: number;
  readonly most?: number;
  /** Whether Infinity, which stands for "none", is allowed beyond `most`. */
  readonly orNone?: boolean;
  /** Whether fractions are refused. Infinity does not count as a fraction. */
  readonly isWhole?: boolean;
  /** The name of the option that `least` comes from, for the error. */
  readonly leastOf?: string;
}

/** Throws when one of the `options` of `owner` is out of range; the error names the option, its value and its bound. */
export function requireInRange(
  owner: string,
  range: NumberRange,
  options: Readonly<Record<string, number>>,
): void {
  const { least, most = Infinity, orNone = false, isWhole = false, leastOf } = range;
  // Allocates nothing when all is well: within `perKey`, operators are called once per key.
  for (const option in options) {
    const value = options[option] ?? NaN;
    const isNumber = typeof value === 'number' && !Number.isNaN(value);
    const isSplit = isWhole && value % 1 > 0;
    const isInside = isNumber && value >= least && value <= most && !isSplit;
    if (isInside || (orNone && value === Infinity)) continue;
    const bound = leastOf === undefined ? least : `${leastOf} (${least})`;
    let why = `not a ${isNumber ? 'whole ' : ''}number of at least ${bound}`;
    if (value < least) why = `less than ${bound}`;
    if (value > most) why = `more than ${most}`;
    throw new RangeError(`${owner}: ${option} (${value}) is ${why}`);
  }
}

/** Throws when an option of `owner` is not one of the allowed words. A caller without a compiler can pass any value. */
export function requireOneOf(
  owner: string,
  option: string,
  value: string,
  words: readonly string[],
): void {
  if (words.includes(value)) return;
  throw new RangeError(`${owner}: ${option} (${value}) is not one of ${words.join(', ')}`);
}

/** Limits a wait to the longest wait of a timer, and to at least `leastMs`. */
export function clampDelay(ms: number, leastMs = 0): number {
  return Math.min(longestDelayMs, Math.max(leastMs, ms));
}
