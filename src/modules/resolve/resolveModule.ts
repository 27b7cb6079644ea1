import { builtinModules } from 'node:module';
import { dirname, extname, join, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type PluginFiles, realPathOf, tryStat } from '../files/PluginFiles.js';
import { ownPackage } from './ownPackage.js';
import { IMPORT_CONDITIONS, packageImport, packageJsonOf } from './packageImport.js';
import { pathAndSources } from './pathAndSources.js';
import { mappedPaths, type PathMapping, pathsInRoots, withSuffixes } from './pathMapping.js';

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
  | {
      readonly kind: 'external';
      readonly specifier: string;
      /** Where it would be one of the plugin's own files: the paths that a mapping names, none of which has a file. */
      readonly candidates?: readonly string[];
    }
  /** To nothing. A file at one of `candidates` would fix it. */
  | { readonly kind: 'missing'; readonly candidates: readonly string[] };

const GUESSED_MODULES = ['.ts', '.mts', '.tsx', '.js', '.mjs', '.jsx'];
const MODULE_EXTENSIONS = [...GUESSED_MODULES, '.cjs', '.cts'];
const GUESSED_EXTENSIONS = [...GUESSED_MODULES, '.json'];
const TYPESCRIPT = /\.[cm]?tsx?$/;
const URL_SCHEME = /^[a-z][a-z+.-]*:/i;
/**
 * Relative imports that need no URL to resolve, which is most of them. An import that ends in dots is not one: it names a directory, and
 * a path without its last slash would also match a file of that name.
 */
const PLAIN = /^\.{1,2}\/(?:[\w.@-]+\/)*[\w.@-]*[\w@-]$/;
const RELATIVE = /^\.{1,2}(?:\/|$)/;
const BUILTINS = new Set(builtinModules);

/** What else decides where an import leads, and who is told what decided. */
export interface ImportSurroundings {
  /** What the importer's `tsconfig.json` says of paths. */
  readonly mapping?: PathMapping | undefined;
  /** Names that are known to be no package of one's own, each with the directory that it is imported in. Saves looking for them again. */
  readonly foreign?: Set<string>;
  /** Called with each path before the one that was found: a file that appears there would be taken instead. */
  readonly onNearer?: (path: string) => void;
  /**
   * Called with each file that decides where the import leads, before it is read: its content does, or it is reached through a link,
   * and then what the link leads to does.
   */
  readonly onDecided?: (path: string) => void;
}

const NOTHING_ELSE: ImportSurroundings = {};

/**
 * Where an import of `importer` leads. Relative, absolute and `file:` specifiers lead to a file, and so do `#` specifiers and names of
 * packages that are one's own. All others lead to the host.
 */
export function resolveModule(
  files: PluginFiles,
  specifier: string,
  importer: string,
  surroundings: ImportSurroundings = NOTHING_ELSE,
): Resolution {
  const path = pathOf(specifier, importer);
  if (path !== undefined) {
    const inRoots = RELATIVE.test(specifier) ? pathsInRoots(surroundings.mapping, path) : [path];
    const found =
      inRoots.length === 1
        ? resolvePath(files, path, importer, surroundings)
        : resolveFirst(files, inRoots, importer, surroundings);
    const suffix = suffixOf(specifier);
    if (suffix === '' || (found.kind !== 'module' && found.kind !== 'json')) return found;
    return { ...found, suffix };
  }
  const { mapping } = surroundings;
  const mapped = mapping === undefined ? [] : mappedPaths(mapping, specifier);
  const own = mapped.length === 0 ? undefined : resolveFirst(files, mapped, importer, surroundings);
  if (own !== undefined && own.kind !== 'missing') return own;
  const found = resolveName(files, specifier, importer, surroundings);
  return found.kind === 'external' && own !== undefined
    ? { ...found, candidates: own.candidates }
    : found;
}

function suffixOf(specifier: string): string {
  if (PLAIN.test(specifier)) return '';
  const start = specifier.search(/[?#]/);
  return start < 0 ? '' : specifier.slice(start);
}

function resolveName(
  files: PluginFiles,
  specifier: string,
  importer: string,
  surroundings: ImportSurroundings,
): Resolution {
  const external = { kind: 'external', specifier: externalName(specifier) } as const;
  if (specifier.startsWith('#')) {
    return resolvePackageImport(files, specifier, importer, surroundings);
  }
  if (BUILTINS.has(specifier) || URL_SCHEME.test(specifier)) return external;
  const { onDecided, foreign } = surroundings;
  const key = `${dirname(importer)}\0${specifier}`;
  if (foreign?.has(key) === true) return external;
  const own = ownPackage(files, specifier, { importer, conditions: IMPORT_CONDITIONS, onDecided });
  if (own === undefined) foreign?.add(key);
  // What the package does not offer is left to Node, for its error.
  if (own === undefined || own.length === 0) return external;
  return resolveFirst(files, own, importer, surroundings);
}

/** Where a `#` specifier leads by the `imports` of the importer's package. */
function resolvePackageImport(
  files: PluginFiles,
  specifier: string,
  importer: string,
  surroundings: ImportSurroundings,
): Resolution {
  const packageJson = packageJsonOf(files, importer);
  if (packageJson === undefined) {
    return { kind: 'missing', candidates: [join(dirname(importer), 'package.json')] };
  }
  const target = packageImport(files, specifier, packageJson);
  // No candidates: only an edit of the package.json can fix it, and a build watches that file already.
  if (target === undefined) return { kind: 'missing', candidates: [] };
  // What `imports` names is looked for from the package that it belongs to.
  return target.kind === 'path'
    ? resolvePath(files, target.path, importer, surroundings)
    : resolveName(files, target.specifier, packageJson, surroundings);
}

/** The first of these paths that leads to a file. Missing: none does. */
function resolveFirst(
  files: PluginFiles,
  paths: readonly string[],
  importer: string,
  surroundings: ImportSurroundings,
): Resolution {
  const candidates: string[] = [];
  for (const path of paths) {
    const found = resolvePath(files, path, importer, surroundings);
    if (found.kind !== 'missing') {
      for (const nearer of candidates) surroundings.onNearer?.(nearer);
      return found;
    }
    candidates.push(...found.candidates);
  }
  return { kind: 'missing', candidates };
}

function resolvePath(
  files: PluginFiles,
  path: string,
  importer: string,
  { mapping, onNearer, onDecided }: ImportSurroundings,
): Resolution {
  const candidates = withSuffixes(mapping, candidatesOf(path, importer));
  for (const candidate of candidates) {
    if (tryStat(files, candidate)?.kind !== 'file') continue;
    for (const nearer of onNearer === undefined ? [] : candidates) {
      if (nearer === candidate) break;
      // A file without an extension that is named exactly like an import is not what somebody adds.
      if (nearer !== path || isWritten(path)) onNearer?.(nearer);
    }
    const real = realPathOf(files, candidate);
    // A link on the way: where it leads decides, and it may be led elsewhere.
    if (real !== candidate) onDecided?.(candidate);
    return classify(real);
  }
  return { kind: 'missing', candidates };
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

/** The paths that an import may mean, in order. */
function candidatesOf(path: string, importer: string): readonly string[] {
  return [
    ...pathAndSources(path, TYPESCRIPT.test(importer)),
    ...GUESSED_EXTENSIONS.map((guessed) => path + guessed),
    ...GUESSED_EXTENSIONS.map((guessed) => join(path, `index${guessed}`)),
  ];
}

/** Whether a path has an extension that files have. */
function isWritten(path: string): boolean {
  return GUESSED_EXTENSIONS.includes(extname(path)) || extname(path) === '.cjs';
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
