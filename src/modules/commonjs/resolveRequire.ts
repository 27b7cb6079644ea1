import { isBuiltin } from 'node:module';
import { dirname, join, resolve, sep } from 'node:path';
import { type PluginFiles, realPathOf, tryStat } from '../files/PluginFiles.js';
import { ownPackage } from '../resolve/ownPackage.js';
import {
  packageAt,
  packageImport,
  packageJsonOf,
  REQUIRE_CONDITIONS,
} from '../resolve/packageImport.js';
import { pathAndSources } from '../resolve/pathAndSources.js';
import {
  mappedPaths,
  type PathMapping,
  pathsInRoots,
  withSuffixes,
} from '../resolve/pathMapping.js';

/** What the answer depends on. */
interface Evidence {
  /** Paths that were looked at before and had no file: one that appears there comes first. */
  readonly tried: readonly string[];
  /** Each `package.json` that was read, and the file that was found where it is reached through a link. */
  readonly consulted: readonly string[];
}

/** Where a `require` leads. */
export type RequireTarget =
  /** To a file of the plugin. */
  | (Evidence & { readonly kind: 'own'; readonly path: string })
  /**
   * To what the host's own `require` loads: Node's modules, packages, addons. `tried`: paths that a mapping names, none of which has a file.
   */
  | { readonly kind: 'host'; readonly specifier: string; readonly tried?: readonly string[] }
  | (Evidence & { readonly kind: 'missing' });

/** Answers that hold for a moment, such as that of one build. */
export type FoundFiles = Map<string, RequireTarget>;

const MAX_TRIED_COUNT = 64;
/** What Node guesses, then what TypeScript adds. */
const GUESSED = ['.js', '.json', '.node', '.ts', '.tsx', '.cts', '.jsx'];
/** A TypeScript file means the source also where an older output lies beside it. */
const GUESSED_BY_TYPESCRIPT = ['.ts', '.tsx', '.cts', '.js', '.jsx', '.json', '.node'];
const URL_SCHEME = /^[a-z][a-z+.-]+:/i;
const RELATIVE = /^(?:\.{1,2}(?:\/|$)|\/)/;

/** What else decides where a `require` leads. */
export interface RequireSurroundings {
  /** What was found so far in this moment. */
  readonly found?: FoundFiles;
  /** What the importer's `tsconfig.json` says of paths. */
  readonly mapping?: PathMapping | undefined;
}

/**
 * Where `require(specifier)` of a file leads, with Node's rules: files, extensions, directories with and without a `package.json`, and
 * `#` imports with the conditions of `require`. Before packages and modules of Node, the paths of a `tsconfig.json` count.
 *
 * @source https://nodejs.org/api/modules.html#all-together
 */
export function resolveRequire(
  files: PluginFiles,
  specifier: string,
  importer: string,
  { found = new Map(), mapping }: RequireSurroundings = {},
): RequireTarget {
  if (mapping === undefined) return resolveUnmapped(files, specifier, importer, found);
  // What is found by a mapping does not hold for files without it.
  const search = (path: string, isDirectory: boolean) =>
    new Search(files, isTypescript(importer), mapping).run(path, isDirectory);
  if (RELATIVE.test(specifier) && !specifier.startsWith('/')) {
    const paths = pathsInRoots(mapping, resolve(dirname(importer), specifier));
    return firstOf(paths, (path) => search(path, isDirectoryName(specifier)));
  }
  const mapped = mappedPaths(mapping, specifier);
  const target = firstOf(mapped, (path) => search(path, false));
  if (target.kind !== 'missing') return target;
  const unmapped = resolveUnmapped(files, specifier, importer, found);
  if (target.tried.length === 0) return unmapped;
  return { ...unmapped, tried: [...target.tried, ...(unmapped.tried ?? [])] };
}

/** The first of these paths that leads anywhere, with what was looked at before it. */
function firstOf(paths: readonly string[], search: (path: string) => RequireTarget): RequireTarget {
  let tried: readonly string[] = [];
  let consulted: readonly string[] = [];
  for (const path of paths) {
    const target = search(path);
    tried = [...tried, ...(target.tried ?? [])];
    if (target.kind === 'host') return { ...target, tried };
    consulted = [...consulted, ...target.consulted];
    if (target.kind === 'own') return { ...target, tried, consulted };
  }
  return { kind: 'missing', tried, consulted };
}

function resolveUnmapped(
  files: PluginFiles,
  specifier: string,
  importer: string,
  found: FoundFiles,
): RequireTarget {
  if (specifier.startsWith('#')) return resolveImport(files, specifier, importer);
  if (isHostSpecifier(specifier)) return { kind: 'host', specifier };
  if (!isPath(specifier)) return resolveName(files, specifier, importer, found);
  const isDirectory = isDirectoryName(specifier);
  const path = resolve(dirname(importer), specifier);
  const key = `${isTypescript(importer) ? 't' : ''}${isDirectory ? '/' : ''}\0${path}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const target = new Search(files, isTypescript(importer)).run(path, isDirectory);
  found.set(key, target);
  return target;
}

function isDirectoryName(specifier: string): boolean {
  return /(?:^|\/)\.{0,2}$/.test(specifier);
}

function isTypescript(importer: string): boolean {
  return /\.[cm]?tsx?$/.test(importer);
}

/** Whether a specifier leads to the host whatever files there are: a module of Node, a URL. */
export function isHostSpecifier(specifier: string): boolean {
  return isBuiltin(specifier) || URL_SCHEME.test(specifier);
}

function isPath(specifier: string): boolean {
  const isWindowsPath = sep === '\\' && /^(?:[a-zA-Z]:)?\\|^\.{1,2}\\/.test(specifier);
  return RELATIVE.test(specifier) || isWindowsPath;
}

/** Where a name leads: to a package of one's own, whose files are sources, or to the host. */
function resolveName(
  files: PluginFiles,
  specifier: string,
  importer: string,
  found: FoundFiles,
): RequireTarget {
  const key = `${specifier}\0${dirname(importer)}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const consulted: string[] = [];
  const paths = ownPackage(files, specifier, {
    ...{ importer, conditions: REQUIRE_CONDITIONS },
    onDecided: (path) => consulted.push(path),
  });
  // What the package does not offer is left to Node, for its error.
  const own = paths?.find((path) => tryStat(files, path)?.kind === 'file');
  const target: RequireTarget =
    own === undefined
      ? { kind: 'host', specifier }
      : ownOrHost(files, own, { tried: [], consulted });
  found.set(key, target);
  return target;
}

function resolveImport(files: PluginFiles, specifier: string, importer: string): RequireTarget {
  const packageJson = packageJsonOf(files, importer);
  // Node's own `require` tells what is wrong.
  if (packageJson === undefined) return { kind: 'host', specifier };
  const target = packageImport(files, specifier, packageJson, REQUIRE_CONDITIONS);
  if (target === undefined) return { kind: 'host', specifier };
  if (target.kind === 'specifier') return { kind: 'host', specifier: target.specifier };
  const isFile = tryStat(files, target.path)?.kind === 'file';
  const evidence = { tried: isFile ? [] : [target.path], consulted: [packageJson] };
  return isFile ? ownOrHost(files, target.path, evidence) : { kind: 'missing', ...evidence };
}

/** One search for a file. It notes what it looks at. */
class Search {
  readonly #tried: string[] = [];
  readonly #consulted: string[] = [];

  constructor(
    readonly files: PluginFiles,
    /** Whether the file that requires is TypeScript. */
    readonly isTypescript: boolean,
    readonly mapping?: PathMapping,
  ) {}

  run(path: string, isDirectory: boolean): RequireTarget {
    const found = (isDirectory ? undefined : this.#file(path)) ?? this.#directory(path);
    const evidence = {
      tried: this.#tried.slice(0, MAX_TRIED_COUNT),
      consulted: this.#consulted,
    };
    return found === undefined
      ? { kind: 'missing', ...evidence }
      : ownOrHost(this.files, found, evidence);
  }

  #file(path: string): string | undefined {
    const guessed = this.isTypescript ? GUESSED_BY_TYPESCRIPT : GUESSED;
    const candidates = pathAndSources(path, this.isTypescript);
    return this.#first([...candidates, ...guessed.map((extra) => path + extra)]);
  }

  #directory(path: string): string | undefined {
    if (tryStat(this.files, path)?.kind !== 'directory') return undefined;
    const packageJson = join(path, 'package.json');
    const main = mainOf(this.files, packageJson);
    (tryStat(this.files, packageJson) === undefined ? this.#tried : this.#consulted).push(
      packageJson,
    );
    if (main !== undefined) {
      const wanted = resolve(path, main);
      const found = this.#file(wanted) ?? this.#index(wanted);
      if (found !== undefined) return found;
    }
    return this.#index(path);
  }

  #index(path: string): string | undefined {
    const guessed = this.isTypescript ? GUESSED_BY_TYPESCRIPT : GUESSED;
    return this.#first(guessed.map((extra) => join(path, `index${extra}`)));
  }

  #first(candidates: readonly string[]): string | undefined {
    for (const candidate of withSuffixes(this.mapping, candidates)) {
      if (tryStat(this.files, candidate)?.kind === 'file') return candidate;
      this.#tried.push(candidate);
    }
    return undefined;
  }
}

function mainOf(files: PluginFiles, packageJson: string): string | undefined {
  const main: unknown = Reflect.get(packageAt(files, packageJson), 'main');
  return typeof main === 'string' && main !== '' ? main : undefined;
}

/** A file in `node_modules` and an addon belong to the host, also when they are required by path: the process has one instance of each. */
function ownOrHost(files: PluginFiles, found: string, evidence: Evidence): RequireTarget {
  const path = realPathOf(files, found);
  const isHosts = path.includes(`${sep}node_modules${sep}`) || path.endsWith('.node');
  if (isHosts) return { kind: 'host', specifier: path };
  const { tried, consulted } = evidence;
  // A link on the way may be led elsewhere.
  return {
    kind: 'own',
    path,
    tried,
    consulted: path === found ? consulted : [...consulted, found],
  };
}
