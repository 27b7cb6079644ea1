import { createRequire } from 'node:module';
import type micromatch from 'micromatch';
import { whyGlobIsCostly } from './patternCost.js';
import { maxExpansionCount, plainGlob } from './plainGlob.js';

/** The most characters of one glob, and of all globs or extensions of one option together. */
const maxGlobLength = 1024;
const maxListLength = 64 * 1024;

/** The same three options as in `WatchOptions`. */
export interface PathFilterOptions {
  readonly extensions?: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/**
 * Decides whether a path is wanted, from the path alone. The path is given in two parts, relative to the root: the
 * prefix before its name (`''`, or `a/b/`) and the name.
 */
export interface PathFilter {
  /** Whether a file is reported. */
  readonly isWanted: (prefix: string, name: string) => boolean;
  /** Why a file or directory is not wanted; `undefined`: it is. */
  readonly whyNot: (
    prefix: string,
    name: string,
    kind: 'file' | 'directory',
  ) => 'exclude' | 'extension' | 'gitignore' | undefined;
  /** Whether a directory is neither listed nor watched, nor anything in it. */
  readonly isExcluded: (prefix: string, name: string) => boolean;
}

/**
 * Compiles the filters of `watch`. This room matches paths: `plainGlob` compiles most globs, micromatch the others,
 * `patternCost` refuses those that could take minutes, and `GitignoreRules` applies `.gitignore` files.
 *
 * A name that starts with a dot is matched like any other.
 *
 * @throws RangeError or TypeError that names the option, for an item that is not a glob, or for a glob that could take
 *   minutes to match.
 *
 * @source `*(*)b` takes exponential time in picomatch: https://github.com/micromatch/picomatch/issues
 */
export function pathFilter({ extensions, include, exclude }: PathFilterOptions): PathFilter {
  const listed = extensions && checkedList('extensions', extensions, 'file name endings');
  const endings = listed?.map((extension, index) => {
    if (typeof extension !== 'string' || /^\.?$|[/\\\0]/.test(extension)) {
      throw new TypeError(
        `watch: extensions[${index}] (${shown(extension)}) is not a file name ending`,
      );
    }
    return extension.startsWith('.') ? extension : `.${extension}`;
  });
  const isIncluded = matcher('include', include);
  const isExcluded = matcher('exclude', exclude);

  const hasEnding = (name: string) =>
    endings === undefined || endings.some((ending) => name.endsWith(ending));
  return {
    isWanted: (prefix, name) =>
      hasEnding(name) &&
      (isIncluded === undefined || isIncluded(prefix + name)) &&
      !isExcluded?.(prefix + name),
    whyNot: (prefix, name, kind) => {
      if (isExcluded?.(prefix + name) === true) return 'exclude';
      if (kind === 'directory') return undefined;
      if (!hasEnding(name)) return 'extension';
      return isIncluded === undefined || isIncluded(prefix + name) ? undefined : 'exclude';
    },
    isExcluded: (prefix, name) => isExcluded?.(prefix + name) === true,
  };
}

function matcher(
  option: string,
  globs: readonly string[] | undefined,
): ((path: string) => boolean) | undefined {
  if (globs === undefined) return undefined;
  const matches = checkedList(option, globs, 'globs').map((glob, index) =>
    compiled(`${option}[${index}]`, glob),
  );
  return (path) => matches.some((isMatch) => isMatch(path));
}

/** Checks the total length first: the caller's list may have millions of items. */
function checkedList(option: string, list: readonly string[], what: string): readonly string[] {
  const given: unknown = list;
  if (!Array.isArray(given)) {
    throw new TypeError(`watch: ${option} (${shown(given)}) is not a list of ${what}`);
  }
  let length = 0;
  for (const [index, item] of list.entries()) {
    if (typeof item === 'string') length += item.length;
    if (length <= maxListLength && index < maxListLength) continue;
    throw new RangeError(`watch: ${option} is longer than ${maxListLength} characters in all`);
  }
  return list;
}

function compiled(name: string, glob: unknown): (path: string) => boolean {
  if (typeof glob !== 'string' || glob === '' || glob.includes('\0')) {
    throw new TypeError(`watch: ${name} (${shown(glob)}) is not a glob`);
  }
  const refuse = (reason: string) => new RangeError(`watch: ${name} (${shown(glob)}) ${reason}`);
  if (glob.length > maxGlobLength) throw refuse(`is longer than ${maxGlobLength} characters`);
  const pattern = glob.replace(/^\.\//, '');
  const plain = plainGlob(pattern);
  if (plain === 'too many') throw refuse(`has braces with more than ${maxExpansionCount} choices`);
  if (plain !== undefined) return plain;
  const reason = whyGlobIsCostly(pattern);
  if (reason !== undefined) throw refuse(`${reason}, which could match for minutes`);
  const regExp = (makeRe ??= loadMicromatch())(pattern, { dot: true });
  // micromatch returns false for a glob that it cannot read. Its types do not say so.
  if (!(regExp instanceof RegExp)) throw refuse('is not a glob');
  return (path) => regExp.test(path);
}

let makeRe: typeof micromatch.makeRe | undefined;

/** Loaded with the first glob that needs it, and with `require`, because wrong globs throw at once. */
function loadMicromatch(): typeof micromatch.makeRe {
  const loaded: unknown = createRequire(import.meta.url)('micromatch');
  const make: unknown = Reflect.get(Object(loaded), 'makeRe');
  if (!isMakeRe(make)) throw new Error('micromatch has no function makeRe: install it again');
  return make;
}

function isMakeRe(value: unknown): value is typeof micromatch.makeRe {
  return typeof value === 'function';
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
