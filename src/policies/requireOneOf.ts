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
