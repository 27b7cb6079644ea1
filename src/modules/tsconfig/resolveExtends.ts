import { dirname, isAbsolute, join } from 'node:path';
import { type PluginFiles, tryStat } from '../files/PluginFiles.js';
import { exportedPaths, packageDirectory } from '../resolve/ownPackage.js';
import { packageAt, REQUIRE_CONDITIONS } from '../resolve/packageImport.js';

const PACKAGE = /^((?:@[^/]+\/)?[^/]+)(?:\/(.*))?$/;
const CONFIG = 'tsconfig.json';

/**
 * The file that a `tsconfig.json` extends: a path with or without `.json`, or a file of a package. Undefined: there is none. Each path
 * where it could appear is noted.
 *
 * @source https://www.typescriptlang.org/tsconfig/#extends
 */
export function resolveExtends(
  files: PluginFiles,
  name: string,
  from: string,
  missing: Set<string>,
): string | undefined {
  const dir = dirname(from);
  if (isAbsolute(name)) return firstFile(files, withJson(name), missing);
  if (/^\.\.?(?:[\\/]|$)/.test(name)) return firstFile(files, withJson(join(dir, name)), missing);
  const [, packageName = name, rest = ''] = PACKAGE.exec(name) ?? [];
  const directory = packageDirectory(files, packageName, from);
  if (directory === undefined) {
    missing.add(join(dir, 'node_modules', packageName, CONFIG));
    return undefined;
  }
  return firstFile(files, inPackage(files, directory, rest), missing);
}

function inPackage(files: PluginFiles, directory: string, rest: string): readonly string[] {
  const packageJson = join(directory, 'package.json');
  const content = packageAt(files, packageJson);
  const exports: unknown = Reflect.get(content, 'exports');
  const subpath = rest === '' ? '.' : `./${rest}`;
  const exported =
    exports === undefined || exports === null
      ? []
      : exportedPaths(exports, subpath, packageJson, REQUIRE_CONDITIONS);
  const named: unknown = Reflect.get(content, 'tsconfig');
  const own =
    rest === ''
      ? [join(directory, typeof named === 'string' ? named : CONFIG)]
      : [...withJson(join(directory, rest)), join(directory, rest, CONFIG)];
  return [...exported.filter((path) => path.endsWith('.json')), ...own];
}

/** A path may be written without its extension. */
function withJson(path: string): readonly string[] {
  return path.endsWith('.json') ? [path] : [path, `${path}.json`];
}

function firstFile(
  files: PluginFiles,
  paths: readonly string[],
  missing: Set<string>,
): string | undefined {
  for (const path of paths) {
    if (tryStat(files, path)?.kind === 'file') return path;
    missing.add(path);
  }
  return undefined;
}
