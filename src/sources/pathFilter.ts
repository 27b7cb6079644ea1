import micromatch from 'micromatch';

const maxGlobLength = 1024;
const maxGlobsLength = 64 * 1024;
/** Wildcards in one part of a glob. A regular expression tries every way to share out the text among them. */
const maxWildcardCount = 4;

export interface PathFilterOptions {
  readonly extensions?: readonly string[] | undefined;
  readonly include?: readonly string[] | undefined;
  readonly exclude?: readonly string[] | undefined;
}

/** A path is given as what comes before its name (`''`, or `a/b/`), relative to the root, and its name. */
export interface PathFilter {
  /** Whether a file is reported. */
  readonly isWanted: (prefix: string, name: string) => boolean;
  /** Whether a directory, and with it all that it holds, is left alone. */
  readonly isExcluded: (prefix: string, name: string) => boolean;
}

/**
 * Compiles filters once. Names that start with a dot are like any other.
 *
 * @throws RangeError or TypeError that names the option, for what is no glob, or one that could take minutes to match.
 *
 * @source `*(*)b` takes exponential time in picomatch: https://github.com/micromatch/picomatch/issues
 */
export function pathFilter({ extensions, include, exclude }: PathFilterOptions): PathFilter {
  const endings = extensions?.map((extension, index) => {
    if (typeof extension !== 'string' || /^\.?$|[/\\\0]/.test(extension)) {
      throw new TypeError(
        `watch: extensions[${index}] (${shown(extension)}) is not a file name ending`,
      );
    }
    return extension.startsWith('.') ? extension : `.${extension}`;
  });
  const isIncluded = matcher('include', include);
  const isExcluded = matcher('exclude', exclude);

  return {
    isWanted: (prefix, name) =>
      (endings === undefined || endings.some((ending) => name.endsWith(ending))) &&
      (isIncluded === undefined || isIncluded(prefix + name)) &&
      !isExcluded?.(prefix + name),
    isExcluded: (prefix, name) => isExcluded?.(prefix + name) === true,
  };
}

function matcher(
  option: string,
  globs: readonly string[] | undefined,
): ((path: string) => boolean) | undefined {
  if (globs === undefined) return undefined;
  let length = 0;
  const patterns = globs.map((glob, index) => {
    checkGlob(`${option}[${index}]`, glob);
    length += glob.length;
    if (length > maxGlobsLength) {
      throw new RangeError(`watch: ${option} is longer than ${maxGlobsLength} characters in all`);
    }
    return micromatch.makeRe(glob.replace(/^\.\//, ''), { dot: true });
  });
  return (path) => patterns.some((pattern) => pattern.test(path));
}

function checkGlob(name: string, glob: unknown): void {
  if (typeof glob !== 'string' || glob === '' || glob.includes('\0')) {
    throw new TypeError(`watch: ${name} (${shown(glob)}) is not a glob`);
  }
  if (glob.length > maxGlobLength) {
    throw new RangeError(
      `watch: ${name} (${glob.length} characters) is longer than ${maxGlobLength}`,
    );
  }
  if (/[*+]\([^)]*[*+?]/.test(glob)) {
    throw new RangeError(
      `watch: ${name} (${shown(glob)}) repeats a wildcard, which could match for minutes`,
    );
  }
  const globstars = glob.split('/').filter((part) => part === '**').length;
  const wildcards = glob.split('/').map((part) => (part === '**' ? 0 : part.split('*').length - 1));
  if (Math.max(globstars, ...wildcards) > maxWildcardCount) {
    throw new RangeError(
      `watch: ${name} (${shown(glob)}) has more than ${maxWildcardCount} wildcards in a row, which could match for minutes`,
    );
  }
}

function shown(value: unknown): string {
  const text = typeof value === 'string' ? `'${value}'` : String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
