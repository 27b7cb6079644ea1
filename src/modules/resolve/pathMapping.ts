import { join } from 'node:path';

/**
 * Where imports that are neither relative nor absolute lead first: `paths` and `baseUrl` of a `tsconfig.json`. Plain data, which can be
 * sent to a worker.
 */
export interface PathMapping {
  /** Pattern → targets as absolute paths, in which a `*` stands for what the pattern's `*` matched. */
  readonly paths: readonly (readonly [pattern: string, targets: readonly string[]])[];
  /** Absolute. */
  readonly baseUrl: string | undefined;
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
