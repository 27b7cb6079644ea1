/** A plain glob has none of these: escapes, classes, groups, negation, quotes, ranges, stars in braces, empty parts. */
const special =
  /[\\[\]()!|+^$"'`<>;&]|\.\.|\*\*\{|\}\*\*|\/\/|^\/|\/$|(^|\/)\.(\/|$)|\{[^{},]*\}|\{[^}]*[{*]|[{,],|,\}|^[^{]*\}|\{[^}]*$|\}[^{]*\}/;

/** The most alternatives that the braces of a glob may expand to. */
export const maxExpansionCount = 256;

/**
 * Compiles a glob of literals, `?`, `*`, `**` and `{a,b}` into a matcher. Its time is at most the product of the
 * lengths of glob and path: a regular expression would try every way to divide the path among the wildcards.
 *
 * A name that starts with a dot is matched like any other.
 *
 * @returns `undefined` for a glob that has other syntax; `too many` for one whose braces expand to more than 256
 *   alternatives.
 */
export function plainGlob(glob: string): ((path: string) => boolean) | 'too many' | undefined {
  if (special.test(glob)) return undefined;
  const globs = expanded(writtenOut(glob));
  if (globs === undefined) return 'too many';
  const alternatives = globs.map(partsOf);
  return (path) => {
    const names = path.split('/');
    return alternatives.some((parts) => isPathLike(names, parts));
  };
}

/** picomatch has shortcuts for some globs, in which they mean something else than within others: what these mean there, written out. */
function writtenOut(glob: string): string {
  const stars = glob.replaceAll(/\*{3,}/g, '*');
  return stars.replace(/^((?:\*\*\/)?\*\.)\*$/, '$1?*').replace(/^\*\*\.(\w+)$/, '**/*.$1');
}

function expanded(glob: string): readonly string[] | undefined {
  let found: readonly string[] = [''];
  for (const [index, piece] of glob.split(/[{}]/).entries()) {
    // Every second piece was in braces.
    const choices = index % 2 === 0 ? [piece] : piece.split(',');
    if (found.length * choices.length > maxExpansionCount) return undefined;
    found = found.flatMap((before) => choices.map((choice) => before + choice));
  }
  return found;
}

/** As in picomatch, a `**` at the end may match nothing, except after a part that ends in a star. */
function partsOf(glob: string): readonly string[] {
  const parts = glob.split('/');
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

/** Whether a sequence matches a pattern with wildcards. Only the last wildcard is tried again, which is enough. */
function isLike(
  length: number,
  patternLength: number,
  isAny: (wanted: number) => boolean,
  isOne: (at: number, wanted: number) => boolean,
): boolean {
  // The next item of the sequence, and the next item of the pattern.
  let at = 0;
  let wanted = 0;
  // The item of the pattern after the last wildcard; 0: there was none.
  let afterAny = 0;
  // The item of the sequence from which the rest of the pattern is tried after that wildcard.
  let retryAt = 0;
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
    } else {
      return false;
    }
  }
  while (wanted < patternLength && isAny(wanted)) wanted += 1;
  return wanted === patternLength;
}
