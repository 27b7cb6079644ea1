import { extname, join, sep } from 'node:path';

/**
 * What a `tsconfig.json` says about where imports and requires lead. `paths` and `baseUrl` are about those that are neither relative nor
 * absolute, `rootDirs` about relative ones, `suffixes` about all that lead to files. Plain data, which can be sent to a worker.
 */
export interface PathMapping {
  /** Pattern → targets as absolute paths, in which a `*` stands for what the pattern's `*` matched. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
  /** Absolute. */
  readonly baseUrl: string | undefined;
  /** Absolute directories whose contents count as one. Left out: none. */
  readonly rootDirs?: readonly string[];
  /** What may stand before the extension of a file, in order (`moduleSuffixes`). Left out: nothing. */
  readonly suffixes?: readonly string[];
}

const NO_NAME = /^(?:\.{0,2}\/|\.{1,2}$|[a-z][a-z+.-]+:)/i;
const DECLARATION = /\.d\.[cm]?ts$/;

/**
 * The paths that a mapping names for an import, the first one first. Targets that are only declarations are left out: they say what a
 * package looks like, and nothing can be run there.
 *
 * @source https://www.typescriptlang.org/docs/handbook/modules/reference.html#paths: a pattern without `*` first, then the longest part before
 *   the `*`. `baseUrl` counts where no pattern matches.
 */
export function mappedPaths(mapping: PathMapping, specifier: string): readonly string[] {
  if (NO_NAME.test(specifier)) return [];
  const { paths, baseUrl } = mapping;
  const exact = paths.find(([pattern]) => pattern === specifier && !pattern.includes('*'));
  const targets = exact?.[1] ?? longestMatch(paths, specifier);
  const fromBase = baseUrl === undefined ? [] : [join(baseUrl, specifier)];
  return (targets ?? fromBase).filter((path) => !DECLARATION.test(path));
}

/**
 * The paths that a relative import may mean, the first one first: where it leads by itself, then the same place below the other roots.
 *
 * @source https://www.typescriptlang.org/tsconfig/#rootDirs
 */
export function pathsInRoots(mapping: PathMapping | undefined, path: string): readonly string[] {
  const rootDirs = mapping?.rootDirs ?? [];
  const within = (dir: string) => (dir.endsWith(sep) ? dir : dir + sep);
  const [own] = rootDirs
    .filter((dir) => path.startsWith(within(dir)))
    .sort((a, b) => b.length - a.length);
  if (own === undefined) return [path];
  const rest = path.slice(within(own).length);
  return [path, ...rootDirs.filter((dir) => dir !== own).map((dir) => join(dir, rest))];
}

/**
 * Each path with each of the suffixes in front of its extension.
 *
 * @source https://www.typescriptlang.org/tsconfig/#moduleSuffixes
 */
export function withSuffixes(
  mapping: PathMapping | undefined,
  paths: readonly string[],
): readonly string[] {
  const suffixes = mapping?.suffixes;
  if (suffixes === undefined) return paths;
  return paths.flatMap((path) => {
    const stem = path.slice(0, path.length - extname(path).length);
    return suffixes.map((suffix) => stem + suffix + path.slice(stem.length));
  });
}

function longestMatch(
  paths: PathMapping['paths'],
  specifier: string,
): readonly string[] | undefined {
  const [found] = paths
    .map(([pattern, targets]) => ({ parts: pattern.split('*'), targets }))
    .filter(({ parts }) => parts.length === 2)
    .map(({ parts: [before = '', after = ''], targets }) => ({ before, after, targets }))
    .filter(
      ({ before, after }) =>
        specifier.length >= before.length + after.length &&
        specifier.startsWith(before) &&
        specifier.endsWith(after),
    )
    .sort((a, b) => b.before.length - a.before.length);
  if (found === undefined) return undefined;
  const middle = specifier.slice(found.before.length, specifier.length - found.after.length);
  return found.targets.map((target) => target.replace('*', () => middle));
}
