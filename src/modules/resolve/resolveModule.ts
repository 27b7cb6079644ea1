import { builtinModules } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type PluginFiles, tryStat } from '../files/PluginFiles.js';
import { packageImport, packageJsonOf } from './packageImport.js';

/** Where an import leads. */
export type Resolution =
  /** To a file of the plugin, which is reloaded with it. */
  | {
      readonly kind: 'module' | 'json';
      readonly path: string;
      /** `?query#hash` of the specifier: each makes an instance of the file of its own. */
      readonly suffix?: string;
    }
  /** To a module that the host's own `import()` loads: see `HostModules`. */
  | { readonly kind: 'external'; readonly specifier: string }
  /** To nothing. A file at one of `candidates` would fix it. */
  | { readonly kind: 'missing'; readonly candidates: readonly string[] };

const GUESSED_MODULES = ['.ts', '.mts', '.tsx', '.js', '.mjs', '.jsx'];
const MODULE_EXTENSIONS = [...GUESSED_MODULES, '.cjs', '.cts'];
const GUESSED_EXTENSIONS = [...GUESSED_MODULES, '.json'];
/** TypeScript sources import each other with the extension of the output. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.cjs': ['.cts'],
  '.jsx': ['.tsx'],
};
/**
 * Relative imports that need no URL to resolve, which is most of them. An import that ends in dots is not one: it names a directory, and
 * a path without its last slash would also match a file of that name.
 */
const PLAIN = /^\.{1,2}\/(?:[\w.@-]+\/)*[\w.@-]*[\w@-]$/;
const BUILTINS = new Set(builtinModules);

/** Where an import of `importer` leads: relative, absolute, `file:` and `#` specifiers to a file, all others to the host. */
export function resolveModule(files: PluginFiles, specifier: string, importer: string): Resolution {
  if (specifier.startsWith('#')) return resolvePackageImport(files, specifier, importer);
  const path = pathOf(specifier, importer);
  if (path === undefined) return { kind: 'external', specifier: externalName(specifier) };
  const found = resolvePath(files, path);
  const suffix = suffixOf(specifier);
  if (suffix === '' || (found.kind !== 'module' && found.kind !== 'json')) return found;
  return { ...found, suffix };
}

function suffixOf(specifier: string): string {
  if (PLAIN.test(specifier)) return '';
  const start = specifier.search(/[?#]/);
  return start < 0 ? '' : specifier.slice(start);
}

/** Where a `#` specifier leads by the `imports` of the importer's package. */
function resolvePackageImport(files: PluginFiles, specifier: string, importer: string): Resolution {
  const packageJson = packageJsonOf(files, importer);
  if (packageJson === undefined) {
    return { kind: 'missing', candidates: [join(dirname(importer), 'package.json')] };
  }
  const target = packageImport(files, specifier, packageJson);
  // No candidates: only an edit of the package.json can fix it, and a build watches that file already.
  if (target === undefined) return { kind: 'missing', candidates: [] };
  return target.kind === 'path'
    ? resolvePath(files, target.path)
    : { kind: 'external', specifier: externalName(target.specifier) };
}

function resolvePath(files: PluginFiles, path: string): Resolution {
  const candidates = candidatesOf(path);
  for (const candidate of candidates) {
    if (tryStat(files, candidate)?.kind === 'file') return classify(realPathOf(files, candidate));
  }
  return { kind: 'missing', candidates };
}

/** A file that was removed since `stat` keeps its path: reading it fails with the right error. */
function realPathOf(files: PluginFiles, path: string): string {
  try {
    return files.realPath(path);
  } catch {
    return path;
  }
}

function pathOf(specifier: string, importer: string): string | undefined {
  if (PLAIN.test(specifier)) return join(dirname(importer), specifier);
  if (!/^(?:\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)) return undefined;
  try {
    return fileURLToPath(new URL(specifier, pathToFileURL(importer)));
  } catch {
    return join(dirname(importer), specifier);
  }
}

function candidatesOf(path: string): readonly string[] {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  return [
    path,
    ...(WRITTEN_AS[extension] ?? []).map((written) => stem + written),
    ...GUESSED_EXTENSIONS.map((guessed) => path + guessed),
    ...GUESSED_EXTENSIONS.map((guessed) => join(path, `index${guessed}`)),
  ];
}

/** A file in `node_modules` belongs to the host also when it is imported by path: the process has one instance of each package. */
function classify(path: string): Resolution {
  const extension = extname(path);
  const isPackage = path.includes(`${sep}node_modules${sep}`);
  if (!isPackage && MODULE_EXTENSIONS.includes(extension)) return { kind: 'module', path };
  if (!isPackage && extension === '.json') return { kind: 'json', path };
  return { kind: 'external', specifier: pathToFileURL(path).href };
}

function externalName(specifier: string): string {
  return BUILTINS.has(specifier) ? `node:${specifier}` : specifier;
}
