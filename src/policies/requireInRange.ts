/**
 * Throws when an option of `owner` cannot work, and names the option, its value and its bound.
 *
 * @param range - `least` and `most` (inclusive, default Infinity); `isWhole` refuses fractions, but not Infinity.
 */
export function requireInRange(
  owner: string,
  option: string,
  value: number,
  range: { readonly least: number; readonly most?: number; readonly isWhole?: boolean },
): void {
  const { least, most = Infinity, isWhole = false } = range;
  if (typeof value !== 'number' || Number.isNaN(value)) {
    throw new RangeError(
      `${owner}: ${option} (${String(value)}) is not a number of at least ${least}`,
    );
  }
  if (value < least) throw new RangeError(`${owner}: ${option} (${value}) is less than ${least}`);
  if (value > most) throw new RangeError(`${owner}: ${option} (${value}) is more than ${most}`);
  if (isWhole && value !== Infinity && !Number.isInteger(value)) {
    throw new RangeError(
      `${owner}: ${option} (${value}) is not a whole number of at least ${least}`,
    );
  }
}
