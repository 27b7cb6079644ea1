import { join, sep } from 'node:path';

/** Which files a `tsconfig.json` is about. All paths are absolute. */
export interface TsconfigScope {
  readonly files: readonly string[] | undefined;
  /** Patterns. Undefined: all files below the configuration's directory. */
  readonly include: readonly string[] | undefined;
  readonly exclude: readonly string[] | undefined;
  readonly allowsJs: boolean;
}

const TYPESCRIPT = /\.[cm]?tsx?$/;
const JAVASCRIPT = /\.[cm]?jsx?$/;
/** A wildcard of `include` does not lead into these. */
const PACKAGES = '(?!(?:node_modules|bower_components|jspm_packages)(?:/|$))';

/**
 * Whether a file is one of a configuration's.
 *
 * @source https://www.typescriptlang.org/tsconfig/#include
 */
export function isInScope(scope: TsconfigScope, configDir: string, path: string): boolean {
  const { files, include, exclude, allowsJs } = scope;
  if (files?.includes(path) === true) return true;
  if (!TYPESCRIPT.test(path) && !(allowsJs && JAVASCRIPT.test(path))) return false;
  const included = include ?? (files === undefined ? [join(configDir, '**/*')] : []);
  const excluded = exclude ?? [join(configDir, 'node_modules')];
  const matches = (pattern: string, isInclude: boolean) =>
    patternOf(pattern, isInclude).test(path.replaceAll(sep, '/'));
  return (
    included.some((pattern) => matches(pattern, true)) &&
    !excluded.some((pattern) => matches(pattern, false))
  );
}

/** The regular expression of a pattern. A last part without a wildcard and an extension is a directory, and stands for all below it. */
function patternOf(pattern: string, isInclude: boolean): RegExp {
  const written = pattern.replaceAll(sep, '/').replace(/\/$/, '');
  const last = written.slice(written.lastIndexOf('/') + 1);
  const isDirectory = isInclude && !/[*?.]/.test(last);
  const parts = (isDirectory ? `${written}/**/*` : written).split('/').map((part) => {
    if (part === '**') return undefined;
    const text = part.replaceAll(/[^\w*?]/g, '\\$&');
    const wild = text.replaceAll('*', '[^/]*').replaceAll('?', '[^/]');
    // A part that begins with a wildcard matches no hidden file or directory.
    return isInclude && /^[*?]/.test(part) ? `${PACKAGES}(?!\\.)${wild}` : wild;
  });
  const anyDirectories = isInclude ? `(?:/${PACKAGES}(?!\\.)[^/]+)*` : '(?:/[^/]+)*';
  const body = parts
    .map((part, at) => (part === undefined ? anyDirectories : at === 0 ? part : `/${part}`))
    .join('');
  return new RegExp(isInclude ? `^${body}$` : `^${body}(?:/|$)`);
}
