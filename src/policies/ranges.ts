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
    const given: unknown = options[option];
    // Anything that is no number counts as NaN: a caller without a compiler can pass any value.
    const value = typeof given === 'number' ? given : NaN;
    const isNumber = !Number.isNaN(value);
    const isSplit = isWhole && value % 1 > 0;
    const isInside = value >= least && value <= most && !isSplit;
    if (isInside || (orNone && value === Infinity)) continue;
    const bound = leastOf === undefined ? least : `${leastOf} (${least})`;
    let why = `not a ${isNumber ? 'whole ' : ''}number of at least ${bound}`;
    if (value < least) why = `less than ${bound}`;
    if (value > most) why = `more than ${most}`;
    const shown = typeof given === 'string' ? given : shownValue(given);
    throw new RangeError(`${owner}: ${option} (${shown}) is ${why}`);
  }
}

/**
 * What a function of the caller returned in place of a number, to be told: `NaN`, `undefined`, `"10"`, `a bigint`. Undefined for
 * a number. Comparing any other value with a limit gives false, so that it would be passed on as NaN and no timer would be due.
 */
export function notNumber(result: unknown): string | undefined {
  return typeof result === 'number' && !Number.isNaN(result) ? undefined : shownValue(result);
}

/** A value in a message, in a few characters. Never throws. */
export function shownValue(value: unknown): string {
  if (typeof value === 'string') return `"${value.slice(0, 60)}"`;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'a list' : 'an object';
  return typeof value === 'bigint' || typeof value === 'function' || typeof value === 'symbol'
    ? `a ${typeof value}`
    : String(value);
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
