/**
 * The most wildcards in one part of a glob, the most `**` in a whole glob, and the most of both together. More could
 * take minutes, because a regular expression tries every way to match.
 */
const maxWildcardCount = 3;
const maxGlobstarCount = 2;
const maxCount = 4;
/** The most alternatives in braces and groups. */
const maxChoiceCount = 256;
/** The most characters of a line of a `.gitignore` file. */
const maxLineLength = 1024;

/**
 * Why a glob could take minutes to match as a regular expression; `undefined`: it could not. Counts the parts of the
 * glob that can match in more than one way, and refuses a group that repeats such a part. A glob that `plainGlob`
 * compiles needs no such check.
 *
 * @source `*(*)b` and `(a+)+b` take exponential time in picomatch, which micromatch uses; `*a*a*a*b` on a name of 255
 *   letters took 1.9 s, `**\/a/**\/a/**\/b` on 2,000 directories 9 s: test/unit/sources/pathFilter.test.ts
 */
export function whyGlobIsCostly(glob: string): string | undefined {
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

/**
 * Whether a line of a `.gitignore` file could take minutes to match. Each `**` before its end may stand for any number
 * of directories, and the package that matches it tries every way.
 */
export function isGitignoreLineCostly(line: string): boolean {
  if (line.length > maxLineLength) return true;
  const pattern = line.trimEnd().replaceAll(/(\*\*\/)+/g, '**/');
  return pattern.split(/\*{2,}(?!$)/).length - 1 > maxGlobstarCount;
}
