/** Wildcards in one part of a glob, `**` in all of it, and the two together: a regular expression tries every way. */
const maxWildcardCount = 3;
const maxGlobstarCount = 2;
const maxCount = 4;
/** Choices in braces and groups. */
const maxChoiceCount = 256;

/**
 * Why a glob could take minutes to match as a regular expression; `undefined`: it could not. Counts what can be matched
 * in more than one way, and refuses what repeats such a thing.
 *
 * @source `*(*)b` and `(a+)+b` take exponential time in picomatch, which micromatch is made of; `*a*a*a*b` on a name of
 *   255 letters took 1.9 s, `**\/a/**\/a/**\/b` on 2,000 directories 9 s: test/unit/pathFilter.test.ts
 */
export function costOfGlob(glob: string): string | undefined {
  if (/[*+]\([^)]*[*+?([{]|\)[+*{]|\}\+/.test(glob)) {
    return 'repeats a wildcard or a group';
  }
  const parts = glob.split('/');
  const globstarCount = parts.filter((part) => part === '**').length;
  const wildcardCount = Math.max(
    ...parts.map((part) => (part === '**' ? 0 : (part.match(/\*+|\+|\(/g) ?? []).length)),
  );
  const isCostly =
    wildcardCount > maxWildcardCount ||
    globstarCount > maxGlobstarCount ||
    wildcardCount + globstarCount > maxCount;
  if (isCostly) return `has more than ${maxWildcardCount} wildcards or groups in a row`;
  const choiceCount = (glob.match(/[,|]|\.\./g) ?? []).length;
  return choiceCount > maxChoiceCount ? `has more than ${maxChoiceCount} choices` : undefined;
}
