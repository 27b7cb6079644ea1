import type { Ignore, Options } from 'ignore';
import ignore from 'ignore';
import type { PathFilter } from './pathFilter.js';
import { isGitignoreLineCostly } from './patternCost.js';

/** git ignores case by default where the filesystem does. */
const options: Options = {
  ignorecase: process.platform === 'darwin' || process.platform === 'win32',
  allowRelativePaths: true,
};
/**
 * The `ignore` package caches every path that it was asked about. After this many a new matcher replaces it, so that
 * the cache stays small.
 */
const maxAskedCount = 4096;
/** A longer file is not applied: no person has written such a list of patterns. */
export const maxGitignoreBytes = 256 * 1024;
/**
 * No line is matched against paths deeper than this below the root, because the time that `**` takes grows with depth.
 * No real tree is so deep.
 */
const maxDepth = 64;

interface Rules {
  /** Identity, times and size of the file when it was read. */
  readonly stamp: string;
  matcher: Ignore;
  askedCount: number;
}

/**
 * The `.gitignore` files of one root. Each file is identified by the prefix of its directory, as in `PathFilter`: `''`,
 * or `a/b/`.
 */
export class GitignoreRules {
  /** Prefix of the directory → the rules of its file. */
  readonly #rules = new Map<string, Rules>();
  /** Prefix of a directory → whether it is ignored, with everything in it. */
  readonly #isIgnored = new Map<string, boolean>();

  stampOf(prefix: string): string | undefined {
    return this.#rules.get(prefix)?.stamp;
  }

  /**
   * Applies a file. Returns the numbers of the lines that are not applied, because they could take minutes to match.
   */
  set(prefix: string, stamp: string, text: string): readonly number[] {
    const lines = text.replace(/^\uFEFF/, '').split(/\r?\n/);
    const matcher = ignore(options).add(lines.filter((line) => !isGitignoreLineCostly(line)));
    this.#rules.set(prefix, { stamp, matcher, askedCount: 0 });
    this.#isIgnored.clear();
    return lines.flatMap((line, index) => (isGitignoreLineCostly(line) ? [index + 1] : []));
  }

  /** The file is gone. */
  delete(prefix: string): void {
    if (this.#rules.delete(prefix)) this.#isIgnored.clear();
  }

  /** Whether git ignores the path. `.git` itself counts as ignored. */
  isIgnored(prefix: string, name: string, kind: 'file' | 'directory'): boolean {
    const path = prefix + name;
    const at = path.lastIndexOf('/') + 1;
    return this.#decide(path.slice(0, at), path.slice(at), kind === 'directory' ? '/' : '');
  }

  #decide(prefix: string, name: string, end: '' | '/'): boolean {
    if (this.#isDirectoryIgnored(prefix) || name === '.git') return true;
    if (prefix.split('/').length > maxDepth) return false;
    // The nearest file with a line that matches decides.
    for (let above = prefix; ; above = parentOf(above)) {
      const rules = this.#rules.get(above);
      const isIgnored = rules && isIgnoredBy(rules, prefix.slice(above.length), name + end);
      if (isIgnored !== undefined) return isIgnored;
      if (above === '') return false;
    }
  }

  #isDirectoryIgnored(prefix: string): boolean {
    if (prefix === '') return false;
    const cached = this.#isIgnored.get(prefix);
    if (cached !== undefined) return cached;
    const parent = parentOf(prefix);
    const isIgnored = this.#decide(parent, prefix.slice(parent.length, -1), '/');
    this.#isIgnored.set(prefix, isIgnored);
    return isIgnored;
  }
}

/** Whether one `.gitignore` file ignores a path below it; `undefined`: none of its lines matches. */
function isIgnoredBy(rules: Rules, prefix: string, name: string): boolean | undefined {
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

/**
 * The rules of a `.gitignore` file that ignores a directory which a nearer file includes again. The directory itself is
 * not ignored then, but the lines of this file that match paths inside it still apply.
 */
function allowing(matcher: Ignore, prefix: string): Ignore {
  const allowed = ignore(options).add(matcher);
  for (let dir = prefix; dir !== ''; dir = parentOf(dir)) {
    allowed.add(`!/${dir.replaceAll(/[\\*?[\]!# ]/g, '\\$&')}`);
  }
  return allowed;
}

/** `a/b/` → `a/`, `a/` → `''`. */
function parentOf(prefix: string): string {
  return prefix.slice(0, prefix.lastIndexOf('/', prefix.length - 2) + 1);
}

/** A filter that also excludes what git ignores. */
export function withGitignore(filter: PathFilter, rules: GitignoreRules): PathFilter {
  return {
    isWanted: (prefix, name) =>
      filter.isWanted(prefix, name) && !rules.isIgnored(prefix, name, 'file'),
    whyNot: (prefix, name, kind) =>
      filter.whyNot(prefix, name, kind) ??
      (rules.isIgnored(prefix, name, kind) ? 'gitignore' : undefined),
    isExcluded: (prefix, name) =>
      filter.isExcluded(prefix, name) || rules.isIgnored(prefix, name, 'directory'),
  };
}
