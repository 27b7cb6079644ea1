import { isBuiltin } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type PluginFiles, realPathOf, tryStat } from '../files/PluginFiles.js';
import {
  IMPORT_CONDITIONS,
  mappedTarget,
  packageAt,
  packageImport,
  packageJsonOf,
} from './packageImport.js';

const NAME = /^(?:@[^/\\%]+\/)?[^./\\%@][^/\\%]*/;
/** What a `main` may leave out, and what a package without one stands for. */
const MAIN_ENDS = ['', '.js', '.json', '.node', '/index.js', '/index.json', '/index.node'];

/**
 * The URL that `import.meta.resolve(specifier)` answers with in a file at `importer`: with the conditions of `import`. A relative specifier
 * need not lead to a file. Throws with Node's codes.
 *
 * @source https://nodejs.org/api/esm.html#resolution-algorithm-specification, ESM_RESOLVE
 */
export function importUrl(
  files: PluginFiles,
  specifier: string,
  importer: string,
  /** Files from whose place a package is looked for as well. */
  otherBases: readonly string[],
): string {
  if (isBuiltin(specifier)) return specifier.startsWith('node:') ? specifier : `node:${specifier}`;
  if (/^(?:\.{0,2}\/|\.{1,2}$|[a-z][a-z+.-]*:)/i.test(specifier)) {
    return new URL(specifier, pathToFileURL(importer)).href;
  }
  if (specifier.startsWith('#')) return mappedUrl(files, specifier, importer, otherBases);
  for (const base of [importer, ...otherBases]) {
    const path = packagePath(files, specifier, base);
    if (path !== undefined) return pathToFileURL(path).href;
  }
  throw refused(Error, 'ERR_MODULE_NOT_FOUND', `Cannot find package '${specifier}'`, importer);
}

function mappedUrl(
  files: PluginFiles,
  specifier: string,
  importer: string,
  otherBases: readonly string[],
): string {
  const packageJson = packageJsonOf(files, importer);
  const target =
    packageJson === undefined ? undefined : packageImport(files, specifier, packageJson);
  if (target === undefined) {
    const problem = `Package import specifier "${specifier}" is not defined`;
    throw refused(TypeError, 'ERR_PACKAGE_IMPORT_NOT_DEFINED', problem, importer);
  }
  return target.kind === 'path'
    ? pathToFileURL(target.path).href
    : importUrl(files, target.specifier, importer, otherBases);
}

/** The file of a package that an import by name leads to. Undefined: there is no such package. */
function packagePath(files: PluginFiles, specifier: string, importer: string): string | undefined {
  const name = NAME.exec(specifier)?.[0];
  if (name === undefined) return undefined;
  const subpath = `.${specifier.slice(name.length)}`;
  const own = packageJsonOf(files, importer);
  if (own !== undefined && Reflect.get(packageAt(files, own), 'name') === name) {
    const path = exportedPath(files, own, subpath, importer);
    if (path !== undefined) return path;
  }
  for (let dir = dirname(importer); ; dir = dirname(dir)) {
    const found = join(dir, 'node_modules', name);
    if (basename(dir) !== 'node_modules' && tryStat(files, found)?.kind === 'directory') {
      const packageJson = join(realPathOf(files, found), 'package.json');
      return (
        exportedPath(files, packageJson, subpath, importer) ??
        plainPath(files, packageJson, subpath)
      );
    }
    if (dirname(dir) === dir) return undefined;
  }
}

/** Undefined: the package has no `exports`. */
function exportedPath(
  files: PluginFiles,
  packageJson: string,
  subpath: string,
  importer: string,
): string | undefined {
  const exports: unknown = Reflect.get(packageAt(files, packageJson), 'exports');
  if (exports === undefined || exports === null) return undefined;
  const isMap =
    typeof exports === 'object' && Object.keys(exports).some((key) => key.startsWith('.'));
  const target = mappedTarget(
    isMap ? exports : { '.': exports },
    subpath,
    packageJson,
    IMPORT_CONDITIONS,
  );
  if (target?.kind === 'path') return target.path;
  const problem = `Package subpath '${subpath}' is not defined by "exports" in ${packageJson}`;
  throw refused(Error, 'ERR_PACKAGE_PATH_NOT_EXPORTED', problem, importer);
}

function plainPath(files: PluginFiles, packageJson: string, subpath: string): string | undefined {
  const dir = dirname(packageJson);
  if (subpath !== '.') return join(dir, subpath);
  const main: unknown = Reflect.get(packageAt(files, packageJson), 'main');
  const written =
    typeof main === 'string' ? MAIN_ENDS.map((end) => join(dir, `${main}${end}`)) : [];
  const candidates = [...written, ...MAIN_ENDS.slice(-3).map((end) => join(dir, end))];
  return candidates.find((candidate) => tryStat(files, candidate)?.kind === 'file');
}

function refused(
  Class: new (message: string) => Error,
  code: string,
  problem: string,
  importer: string,
): Error {
  return Object.assign(new Class(`${problem} imported from ${importer}`), { code });
}
