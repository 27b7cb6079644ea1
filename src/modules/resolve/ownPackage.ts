import { basename, dirname, join, sep } from 'node:path';
import { plugAndPlayDirectory } from '../adapters/plugAndPlay.js';
import { type PluginFiles, realPathOf, tryStat } from '../files/PluginFiles.js';
import { mappedTarget, packageAt, packageJsonOf } from './packageImport.js';

const NAME = /^(?:@[^/\\%]+\/)?[^./\\%@][^/\\%]*/;

/**
 * Where an import by name leads, when it leads to a package of one's own: one that its files import by its own name, or one that a link
 * in `node_modules` or a table of Plug'n'Play leads to, as workspaces have them. Its files are sources that somebody edits, so they are
 * reloaded. A package whose real path is below a `node_modules` is not one of these.
 *
 * @returns The paths to try, the first one first. None: the package does not offer what is asked for.
 * @source https://nodejs.org/api/esm.html#resolution-algorithm-specification, PACKAGE_RESOLVE
 */
export function ownPackage(
  files: PluginFiles,
  specifier: string,
  { importer, conditions, onDecided = () => undefined }: Importer,
): readonly string[] | undefined {
  const name = NAME.exec(specifier)?.[0];
  if (name === undefined) return undefined;
  const asked = { name, subpath: `.${specifier.slice(name.length)}`, conditions };
  return (
    ownName(files, asked, importer, onDecided) ?? linkedPackage(files, asked, importer, onDecided)
  );
}

/** Who asks. */
interface Importer {
  readonly importer: string;
  readonly conditions: ReadonlySet<string>;
  /** Called with each `package.json` that decides, before it is read. */
  readonly onDecided?: ((path: string) => void) | undefined;
}

interface Asked {
  readonly name: string;
  /** `.` or `./…`. */
  readonly subpath: string;
  readonly conditions: ReadonlySet<string>;
}

/** A package that imports itself: the nearest `package.json` has the name and says what the package exports. */
function ownName(
  files: PluginFiles,
  { name, subpath, conditions }: Asked,
  importer: string,
  onDecided: (path: string) => void,
): readonly string[] | undefined {
  const packageJson = packageJsonOf(files, importer);
  if (packageJson === undefined) return undefined;
  const content = packageAt(files, packageJson);
  const exports: unknown = Reflect.get(content, 'exports');
  if (Reflect.get(content, 'name') !== name || exports === undefined || exports === null) {
    return undefined;
  }
  onDecided(packageJson);
  return exportedPaths(exports, subpath, packageJson, conditions);
}

function linkedPackage(
  files: PluginFiles,
  { name, subpath, conditions }: Asked,
  importer: string,
  onDecided: (path: string) => void,
): readonly string[] | undefined {
  const found = namedDirectory(files, name, importer);
  if (found === undefined) return undefined;
  const dir = realPathOf(files, found);
  if (dir.includes(`${sep}node_modules${sep}`)) return undefined;
  const packageJson = join(dir, 'package.json');
  onDecided(packageJson);
  // Under its own name too: the link in node_modules may be led elsewhere.
  if (found !== dir) onDecided(join(found, 'package.json'));
  const content = packageAt(files, packageJson);
  const exports: unknown = Reflect.get(content, 'exports');
  if (exports !== undefined && exports !== null) {
    return exportedPaths(exports, subpath, packageJson, conditions);
  }
  return subpath === '.' ? mainPaths(dir, Reflect.get(content, 'main')) : [join(dir, subpath)];
}

/** The real path of the nearest package of this name above a file. */
export function packageDirectory(
  files: PluginFiles,
  name: string,
  importer: string,
): string | undefined {
  const found = namedDirectory(files, name, importer);
  return found === undefined ? undefined : realPathOf(files, found);
}

function namedDirectory(files: PluginFiles, name: string, importer: string): string | undefined {
  for (const path of placesOf(name, importer)) {
    if (tryStat(files, path)?.kind === 'directory') return path;
  }
  return plugAndPlayDirectory(name, importer);
}

/** Where Node looks for a package, the nearest place first. */
function* placesOf(name: string, importer: string): Generator<string, void> {
  for (let dir = dirname(importer); ; dir = dirname(dir)) {
    if (basename(dir) !== 'node_modules') yield join(dir, 'node_modules', name);
    if (dirname(dir) === dir) return;
  }
}

/**
 * Where a package that is not installed would be found, if a specifier names one: its `package.json` in each `node_modules` above the importer.
 * None when there is one, whatever it offers.
 */
export function absentPackage(
  files: PluginFiles,
  specifier: string,
  importer: string,
): readonly string[] {
  const name = NAME.exec(specifier)?.[0];
  if (name === undefined) return [];
  const places = [...placesOf(name, importer)];
  const isThere = places.some((path) => tryStat(files, path) !== undefined);
  return isThere ? [] : places.map((path) => join(path, 'package.json'));
}

/** Where `exports` leads. Without a key that begins with a dot it is what the package itself exports. */
export function exportedPaths(
  exports: unknown,
  subpath: string,
  packageJson: string,
  conditions: ReadonlySet<string>,
): readonly string[] {
  const isMap =
    typeof exports === 'object' &&
    exports !== null &&
    Object.keys(exports).some((key) => key.startsWith('.'));
  const map = isMap ? exports : { '.': exports };
  const target = mappedTarget(map, subpath, packageJson, conditions);
  return target?.kind === 'path' ? [target.path] : [];
}

/**
 * What a package without `exports` stands for: its `main`, as a file, without its extension or as a directory, or else its index.
 *
 * @source https://nodejs.org/api/packages.html#main
 */
function mainPaths(dir: string, main: unknown): readonly string[] {
  const index = join(dir, 'index');
  return typeof main === 'string' && main !== '' ? [join(dir, main), index] : [index];
}
