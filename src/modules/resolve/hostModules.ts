import { createRequire, isBuiltin } from 'node:module';
import { dirname, isAbsolute, join } from 'node:path';
import vm from 'node:vm';
import { compilerHelpers } from '../evaluate/compilerHelpers.js';
import { withoutLoaderWarning } from '../evaluate/loaderWarning.js';
import type { ModuleRequest } from '../evaluate/ModuleOutline.js';
import { type PluginFiles, tryStat } from '../files/PluginFiles.js';
import { importUrl } from './importUrl.js';

/** Modules that plugins share with the host: Node's own and npm packages. The process has one instance of each. */
export interface HostModules {
  /** The namespace of a module. Rejects with Node's error. `attributes` are those that the import is written with. */
  load(
    specifier: string,
    importer: string,
    attributes?: Readonly<Record<string, string>>,
  ): Promise<object>;
  /** The namespace of a module that was loaded before from a file of the same directory. */
  loadedAlready(specifier: string, importer: string): object | undefined;
  /** Whether `load` would find the module. Runs nothing. */
  has(specifier: string, importer: string): boolean;
  /** Notes that Node's `require` has loaded the module for a file: `hasChanged` knows of it then. */
  noteRequired(specifier: string, importer: string): void;
  /** Whether the package is another one on disk than the one that was loaded. */
  hasChanged(specifier: string, importer: string): boolean;
  /** The answer of `import.meta.resolve(specifier)` in a module at `importer`. Throws Node's error. */
  resolveUrl(specifier: string, importer: string): string;
}

/**
 * Loads through Node's own `import()`, from where the importing file is. A package that is not installed there is looked for from the
 * host's program, and last from hotpipe itself, so that a plugin in any folder can import the packages of its host.
 */
export function createHostModules(files: PluginFiles): HostModules {
  /** Namespaces, by directory of the importer and specifier. */
  const loaded = new Map<string, object>();
  /** The directory that `has` found, by the same keys: a package that was there is not looked for again. */
  const found = new Map<string, string>();
  /** Directory of a package → its `package.json` when the package was loaded. */
  const stamps = new Map<string, string | undefined>();
  /** What was required, by directory of the importer and specifier. */
  const required = new Set<string>();
  /** Directory → an `import()` that resolves as in a file of that directory. Kept, because making one compiles a function. */
  const importers = new Map<string, HostImport>();
  const bases = (importer: string) => [
    importer,
    join(process.cwd(), 'main.js'),
    process.argv[1] ?? importer,
  ];

  const keyOf = (specifier: string, importer: string) => `${dirname(importer)}\0${specifier}`;
  const loadedAlready = (specifier: string, importer: string) =>
    compilerHelpers.get(specifier) ?? loaded.get(keyOf(specifier, importer));

  const stampOf = (dir: string) => tryStat(files, join(dir, 'package.json'))?.identity;

  const importFrom = (base: string) => {
    const known = importers.get(dirname(base));
    if (known !== undefined) return known;
    const made = hostImport(base);
    importers.set(dirname(base), made);
    return made;
  };

  /** The `node_modules` in which a package is, for the first of the files that finds it. */
  const placeOf = (name: string, from: readonly string[]): string | undefined => {
    for (const base of from) {
      const places = createRequire(base).resolve.paths(name) ?? [];
      const place = places.find((dir) => tryStat(files, join(dir, name)) !== undefined);
      if (place !== undefined) return place;
    }
    return undefined;
  };

  const has = (specifier: string, importer: string): boolean => {
    if (/^(?:node:|file:|data:|https?:)/.test(specifier) || isBuiltin(specifier)) return true;
    const key = keyOf(specifier, importer);
    if (found.has(key) || compilerHelpers.has(specifier)) return true;
    const name = packageName(specifier);
    const place = placeOf(name, [...bases(importer), import.meta.filename]);
    if (place !== undefined) found.set(key, join(place, name));
    return place !== undefined || isSelf(specifier, importer);
  };

  /** What is loaded first stays: a later version of the package on disk is not what the program has. */
  const stamp = (key: string) => {
    const dir = found.get(key);
    if (dir !== undefined && !stamps.has(dir)) stamps.set(dir, stampOf(dir));
  };

  return {
    async load(specifier, importer, attributes) {
      const known = loadedAlready(specifier, importer);
      if (known !== undefined) return known;
      const namespace = await firstFound(
        { specifier, ...(attributes && { attributes }) },
        bases(importer),
        importFrom,
      );
      const key = keyOf(specifier, importer);
      loaded.set(key, namespace);
      stamp(key);
      return namespace;
    },

    loadedAlready,

    has,

    noteRequired(specifier, importer) {
      // A path, such as that of an addon, names no package. A `require` may be called often: it is looked for once.
      const key = keyOf(specifier, importer);
      if (isAbsolute(specifier) || isBuiltin(specifier) || required.has(key)) return;
      required.add(key);
      if (has(specifier, importer)) stamp(key);
    },

    hasChanged(specifier, importer) {
      // What is required is looked for only here, and an import was when it was resolved.
      if (isAbsolute(specifier) || !has(specifier, importer)) return false;
      const dir = found.get(keyOf(specifier, importer));
      const before = dir === undefined ? undefined : stamps.get(dir);
      return dir !== undefined && before !== undefined && stampOf(dir) !== before;
    },

    resolveUrl: (specifier, importer) =>
      importUrl(files, specifier, importer, bases(importer).slice(1)),
  };
}

/** An `import()` with its second argument. */
type HostImport = (specifier: string, options: object | undefined) => Promise<object>;

async function firstFound(
  { specifier, attributes }: ModuleRequest,
  bases: readonly string[],
  importFrom: (base: string) => HostImport,
): Promise<object> {
  const options = attributes && { with: attributes };
  let first: unknown;
  for (const base of bases) {
    try {
      return await importFrom(base)(specifier, options);
    } catch (error) {
      if (!isNotInstalled(error, specifier)) throw error;
      first ??= error;
    }
  }
  try {
    const namespace: unknown = await import(specifier, options);
    return moduleObject(namespace);
  } catch (error) {
    throw isNotInstalled(error, specifier) ? first : error;
  }
}

/** Whether the package itself is missing. False when it is there and a package that it imports is missing. */
function isNotInstalled(error: unknown, specifier: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.startsWith(`Cannot find package '${packageName(specifier)}'`)
  );
}

/**
 * An `import()` that resolves as in a file at `base`. Node would warn once that this option is experimental. The warning is suppressed,
 * because a plugin's author cannot act on it.
 */
function hostImport(base: string): HostImport {
  const load = vm.compileFunction('return import(specifier, options)', ['specifier', 'options'], {
    filename: base,
    importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
  });
  return (specifier, options) =>
    withoutLoaderWarning(async () => {
      const namespace: unknown = await Reflect.apply(load, undefined, [specifier, options]);
      return moduleObject(namespace);
    });
}

/** Whether a package imports itself by its own name. */
function isSelf(specifier: string, importer: string): boolean {
  try {
    return createRequire(importer).resolve(specifier) !== '';
  } catch {
    return false;
  }
}

function packageName(specifier: string): string {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

function moduleObject(namespace: unknown): object {
  if (typeof namespace === 'object' && namespace !== null) return namespace;
  throw new TypeError('import() gave no module');
}
