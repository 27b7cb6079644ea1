import { builtinModules } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { lookAt, type PluginFiles } from '../files/PluginFiles.js';
import { packageImport, packageOf } from './packageImport.js';

/** Where an import leads. `module` and `json` are the runtime's own; what is `external` the host's `import()` loads. */
export type Resolution =
  | { readonly kind: 'module' | 'json'; readonly path: string }
  | { readonly kind: 'external'; readonly specifier: string }
  /** Nothing is there. A file at one of `candidates` would mend it. */
  | { readonly kind: 'missing'; readonly candidates: readonly string[] };

const GUESSED_MODULES = ['.ts', '.mts', '.tsx', '.js', '.mjs', '.jsx'];
const MODULE_EXTENSIONS = [...GUESSED_MODULES, '.cjs'];
const GUESSED_EXTENSIONS = [...GUESSED_MODULES, '.json'];
/** TypeScript imports are written with the extension of the output. */
const WRITTEN_AS: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx'],
  '.mjs': ['.mts'],
  '.jsx': ['.tsx'],
};
/** Most imports need no URL; one that ends in dots names a directory, which only a URL keeps apart from a file of that name. */
const PLAIN = /^\.{1,2}\/(?:[\w.@-]+\/)*[\w.@-]*[\w@-]$/;
const BUILTINS = new Set(builtinModules);

/** Resolves what `importer` imports: relative, absolute, `file:` and `#` to a file, anything else to the host. */
export function resolveModule(files: PluginFiles, specifier: string, importer: string): Resolution {
  if (specifier.startsWith('#')) return resolveOwn(files, specifier, importer);
  const path = pathOf(specifier, importer);
  if (path === undefined) return { kind: 'external', specifier: externalName(specifier) };
  return resolvePath(files, path);
}

/** By the `imports` of the package that the importer is in. */
function resolveOwn(files: PluginFiles, specifier: string, importer: string): Resolution {
  const manifest = packageOf(files, importer);
  if (manifest === undefined) {
    return { kind: 'missing', candidates: [join(dirname(importer), 'package.json')] };
  }
  const target = packageImport(files, specifier, manifest);
  // The package.json is one of the files that a build reads: no other could mend it.
  if (target === undefined) return { kind: 'missing', candidates: [] };
  return target.kind === 'path'
    ? resolvePath(files, target.path)
    : { kind: 'external', specifier: externalName(target.specifier) };
}

function resolvePath(files: PluginFiles, path: string): Resolution {
  const candidates = candidatesOf(path);
  for (const candidate of candidates) {
    if (lookAt(files, candidate)?.kind === 'file') return classify(realPathOf(files, candidate));
  }
  return { kind: 'missing', candidates };
}

/** A file that went away between two looks keeps the path it had: reading it says what happened. */
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

/** Packages keep one instance in the process, also when they are named by path. */
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
