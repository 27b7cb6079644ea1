import ignore from 'ignore';
import type { Ignore, Options } from 'ignore';
import type { PathFilter } from './pathFilter.js';

/** As git does where file names differ by case, and where they do not. */
const options: Options = {
  ignorecase: process.platform === 'darwin' || process.platform === 'win32',
  allowRelativePaths: true,
};
/** The package remembers every path that it was asked about. */
const maxAskedCount = 4096;
const maxLineLength = 1024;
/** `**` before the end of a line: each may stand for any number of directories, and all ways are tried. */
const maxGlobstarCount = 2;
/** Directories below the root in which lines are still matched: the same, for trees that nobody has. */
const maxDepth = 64;

interface Rules {
  /** What the file looked like when it was read. */
  readonly stamp: string;
  matcher: Ignore;
  askedCount: number;
}

/** The `.gitignore` files of one root, each for what lies below it. A place is given as for a filter: `''`, or `a/b/`. */
export class GitignoreRules {
  /** Place of the file → what it says. */
  readonly #rules = new Map<string, Rules>();
  /** Directory → whether it is ignored, and so all that it holds. */
  readonly #isIgnored = new Map<string, boolean>();

  stampOf(prefix: string): string | undefined {
    return this.#rules.get(prefix)?.stamp;
  }

  /** Returns the numbers of lines that were left out, because they could take minutes to match. */
  set(prefix: string, stamp: string, text: string): readonly number[] {
    const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    const matcher = ignore(options).add(lines.filter((line) => !isCostly(line)));
    this.#rules.set(prefix, { stamp, matcher, askedCount: 0 });
    this.#isIgnored.clear();
    return lines.flatMap((line, index) => (isCostly(line) ? [index + 1] : []));
  }

  /** The file is gone. */
  delete(prefix: string): void {
    if (this.#rules.delete(prefix)) this.#isIgnored.clear();
  }

  /** Whether git would not look at what has that name; `.git` itself is not looked at either. */
  isIgnored(prefix: string, name: string, kind: 'file' | 'directory'): boolean {
    const path = prefix + name;
    const at = path.lastIndexOf('/') + 1;
    return this.#decide(path.slice(0, at), path.slice(at), kind === 'directory' ? '/' : '');
  }

  #decide(prefix: string, name: string, end: '' | '/'): boolean {
    if (this.#isDirectoryIgnored(prefix) || name === '.git') return true;
    if (prefix.split('/').length > maxDepth) return false;
    // The nearest file that has something to say decides.
    for (let place = prefix; ; place = above(place)) {
      const rules = this.#rules.get(place);
      const verdict = rules && verdictOf(rules, prefix.slice(place.length), name + end);
      if (verdict !== undefined) return verdict;
      if (place === '') return false;
    }
  }

  #isDirectoryIgnored(prefix: string): boolean {
    if (prefix === '') return false;
    const known = this.#isIgnored.get(prefix);
    if (known !== undefined) return known;
    const parent = above(prefix);
    const isIgnored = this.#decide(parent, prefix.slice(parent.length, -1), '/');
    this.#isIgnored.set(prefix, isIgnored);
    return isIgnored;
  }
}

/** What one file says of a path below it; `undefined`: nothing. */
function verdictOf(rules: Rules, prefix: string, name: string): boolean | undefined {
  rules.askedCount += 1;
  if (rules.askedCount > maxAskedCount) {
    rules.matcher = ignore(options).add(rules.matcher);
    rules.askedCount = 0;
  }
  const { matcher } = rules;
  const isOverruled = prefix !== '' && matcher.test(prefix).ignored;
  const asked = isOverruled ? allowing(matcher, prefix) : matcher;
  const { ignored, unignored } = asked.test(prefix + name);
  return ignored ? true : unignored ? false : undefined;
}

/** A file between overrules this one, and lets the directory in: what this one says of what is in it still holds. */
function allowing(matcher: Ignore, prefix: string): Ignore {
  const allowed = ignore(options).add(matcher);
  for (let place = prefix; place !== ''; place = above(place)) {
    allowed.add(`!/${place.replaceAll(/[\\*?[\]!# ]/g, '\\$&')}`);
  }
  return allowed;
}

/** `a/b/` → `a/`, `a/` → `''`. */
function above(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1);
}

function isCostly(line: string): boolean {
  if (line.length > maxLineLength) return true;
  const pattern = line.trimEnd().replaceAll(/(\*\*\/)+/g, '**/');
  return pattern.split(/\*{2,}(?!$)/).length - 1 > maxGlobstarCount;
}

/** A filter that leaves out, too, what git would not look at. */
export function withGitignore(filter: PathFilter, rules: GitignoreRules): PathFilter {
  return {
    isWanted: (prefix, name) =>
      filter.isWanted(prefix, name) && !rules.isIgnored(prefix, name, 'file'),
    isExcluded: (prefix, name) =>
      filter.isExcluded(prefix, name) || rules.isIgnored(prefix, name, 'directory'),
  };
}
