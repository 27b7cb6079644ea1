/** What a plain glob does not have: escapes, classes, groups, negation, quotes, ranges, stars in braces, empty parts. */
const special =
  /[\\[\]()!|+^$"'`<>;&]|\.\.|\*\*\{|\}\*\*|\/\/|^\/|\/$|(^|\/)\.(\/|$)|\{[^{},]*\}|\{[^}]*[{*]|[{,],|,\}|^[^{]*\}|\{[^}]*$|\}[^{]*\}/;

/** Ways to read a glob with braces, at most. */
export const maxExpansionCount = 256;

/**
 * Compiles a glob of literals, `?`, `*`, `**` and `{a,b}` into a matcher that takes at worst the product of the lengths,
 * whatever the glob and the path: a regular expression would try every way to share out the text among the wildcards.
 * Names that start with a dot are like any other. `undefined`: the glob has more than that in it; `too many`:
 * its braces can be read in more than {@link maxExpansionCount} ways.
 */
export function plainGlob(glob: string): ((path: string) => boolean) | 'too many' | undefined {
  if (special.test(glob)) return undefined;
  const globs = expanded(glob);
  if (globs === undefined) return 'too many';
  const alternatives = globs.map(partsOf);
  return (path) => {
    const names = path.split('/');
    return alternatives.some((parts) => isPathLike(names, parts));
  };
}

function expanded(glob: string): readonly string[] | undefined {
  let found: readonly string[] = [''];
  for (const [index, piece] of glob.split(/[{}]/).entries()) {
    // Every second piece stood in braces.
    const choices = index % 2 === 0 ? [piece] : piece.split(',');
    if (found.length * choices.length > maxExpansionCount) return undefined;
    found = found.flatMap((before) => choices.map((choice) => before + choice));
  }
  return found;
}

/** As picomatch has it: a `**` at the end may stand for nothing, but not after a part that ends in a star. */
function partsOf(glob: string): readonly string[] {
  const parts = glob.replaceAll(/\*{3,}/g, '*').split('/');
  const end = parts.findLastIndex((part) => part !== '**') + 1;
  const isOneNeeded = end < parts.length && parts[end - 1]?.endsWith('*') === true;
  return isOneNeeded ? [...parts.slice(0, end), '*', '**'] : parts;
}

function isPathLike(names: readonly string[], parts: readonly string[]): boolean {
  return isLike(
    names.length,
    parts.length,
    (part) => parts[part] === '**',
    (name, part) => isNameLike(names[name] ?? '', parts[part] ?? ''),
  );
}

function isNameLike(name: string, part: string): boolean {
  if (part === '*' || part === name) return true;
  return isLike(
    name.length,
    part.length,
    (wanted) => part[wanted] === '*',
    (at, wanted) => part[wanted] === '?' || part[wanted] === name[at],
  );
}

/** Whether a row fits a pattern in which some items stand for any number of others; only the last of these is tried anew. */
function isLike(
  length: number,
  patternLength: number,
  isAny: (wanted: number) => boolean,
  isOne: (at: number, wanted: number) => boolean,
): boolean {
  let [at, wanted, afterAny, retryAt] = [0, 0, 0, 0];
  while (at < length) {
    if (wanted < patternLength && isAny(wanted)) {
      wanted += 1;
      afterAny = wanted;
      retryAt = at;
    } else if (wanted < patternLength && isOne(at, wanted)) {
      at += 1;
      wanted += 1;
    } else if (afterAny > 0) {
      retryAt += 1;
      at = retryAt;
      wanted = afterAny;
    } else return false;
  }
  while (wanted < patternLength && isAny(wanted)) wanted += 1;
  return wanted === patternLength;
}
