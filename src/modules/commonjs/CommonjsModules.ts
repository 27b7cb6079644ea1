import Module from 'node:module';
import { basename, dirname, extname, join } from 'node:path';
import type { MakeWrapper } from '../evaluate/CompiledModule.js';
import { HostRequire } from './HostRequire.js';
import { newRequire, type OwnRequire } from './ownRequire.js';
import { moduleNotFound } from './requireErrors.js';
import type { RequireTarget } from './resolveRequire.js';

/** A file of the plugin, as far as `require` needs it. */
interface RequirableModule {
  readonly compiled: {
    readonly path: string;
    /** Set for a CommonJS module. */
    readonly commonjs?: MakeWrapper;
    /** Set for JSON: its text. */
    readonly json?: string;
  };
}

/** What `require` needs from outside. All of it is synchronous, but for `import()`. */
export interface CommonjsPorts {
  /** Where a `require` leads. Notes what the answer depends on. */
  readonly resolveRequire: (specifier: string, importer: string) => RequireTarget;
  /** The module of a file of the plugin. Reads and compiles the file if the version does not have it yet; throws why it cannot. */
  readonly moduleAt: (path: string) => RequirableModule;
  /** Runs an ECMAScript module to its end, if it has not run. Returns its namespace. Throws if it cannot end in this turn. */
  readonly requireModule: (path: string, importer: string | undefined) => object;
  /** `import(specifier)` of a file. */
  readonly importFrom: (specifier: unknown, importer: string, options?: unknown) => Promise<object>;
  /** Called per module with an object that lives exactly as long as any function of that module. */
  readonly onScope: ((scope: object) => void) | undefined;
  /** Called when the host has loaded something for a file. */
  readonly onHostLoaded?: ((specifier: string, importer: string) => void) | undefined;
}

/** The CommonJS modules of one version: each runs once, in the order in which they are required. */
export class CommonjsModules {
  /** `require.cache`: by path, the files of the plugin that run or have run. A person may delete from it, so it alone decides. */
  readonly cache: Partial<Record<string, Module>> = bare({});
  /** `require.extensions`: what a plugin adds to it is its own. */
  readonly extensions: NodeJS.Dict<unknown>;
  readonly #host = new HostRequire((from) => this.createRequire(from));
  /** Which file required a module first. */
  readonly #parents = new WeakMap<Module, Module>();
  readonly #ports: CommonjsPorts;

  constructor(ports: CommonjsPorts) {
    this.#ports = ports;
    this.extensions = bare({}, this.#host.extensions);
  }

  /** Runs a CommonJS or JSON file unless it has run, as an `import` of it does. Returns its `module.exports`. */
  run(path: string): unknown {
    return this.load(path, undefined);
  }

  /** Whether a file has begun to run and has not ended. */
  isRunning(path: string): boolean {
    return this.cache[path]?.loaded === false;
  }

  /** What an `import` of `node:module` gives: its `createRequire` gives this version's files. */
  get moduleNamespace(): object {
    return this.#host.namespace;
  }

  /** The namespace of a package, or of a module of Node, for a module that is required and cannot wait for `import()`. */
  hostNamespace(specifier: string, importer: string): object {
    return this.#host.namespaceOf(specifier, importer);
  }

  /** The `require` of a file that is no CommonJS module of this version. */
  createRequire(path: string): OwnRequire {
    return this.#requireOf(newModule(path, undefined));
  }

  /** What `require` of `parent` gives for a file of the plugin. */
  load(path: string, parent: Module | undefined): unknown {
    const cached = this.cache[path];
    if (cached !== undefined) {
      if (parent !== undefined && !parent.children.includes(cached)) parent.children.push(cached);
      return cached.exports;
    }
    const handler = this.#handlerOf(path);
    if (handler !== undefined) {
      return this.#fill(path, parent, (module) => handler(module, path));
    }
    const { commonjs, json } = this.#ports.moduleAt(path).compiled;
    if (json !== undefined) {
      return this.#fill(path, parent, (module) => {
        module.exports = parseJson(path, json);
      });
    }
    if (commonjs !== undefined) {
      return this.#fill(path, parent, (module) => this.#run(module, commonjs));
    }
    // Runs before it is in the cache, so that a circle is an error and no empty object.
    const namespace = this.#ports.requireModule(path, parent?.filename);
    return this.#fill(path, parent, (module) => {
      module.exports = requiredNamespace(namespace);
    });
  }

  /** Makes the module of a file, which others can require while `fill` runs it. */
  #fill(path: string, parent: Module | undefined, fill: (module: Module) => unknown): unknown {
    const module = newModule(path, parent);
    if (parent !== undefined) this.#parents.set(module, parent);
    this.cache[path] = module;
    let hasEnded = false;
    try {
      fill(module);
      module.loaded = true;
      hasEnded = true;
    } finally {
      if (!hasEnded) this.#forget(module, parent);
    }
    return module.exports;
  }

  #run(module: Module, commonjs: MakeWrapper): void {
    const { filename } = module;
    const scope = {};
    this.#ports.onScope?.(scope);
    const load = (specifier: unknown, options?: unknown) =>
      this.#ports.importFrom(specifier, filename, options);
    const wrapper = commonjs(scope, load);
    const exports: unknown = module.exports;
    const require = this.#requireOf(module);
    Reflect.apply(wrapper, exports, [exports, require, module, filename, dirname(filename)]);
  }

  /** A module that threw is run anew when it is required again. */
  #forget(module: Module, parent: Module | undefined): void {
    if (this.cache[module.filename] === module) Reflect.deleteProperty(this.cache, module.filename);
    const index = parent?.children.indexOf(module) ?? -1;
    if (index >= 0) parent?.children.splice(index, 1);
  }

  /** What the plugin itself put into `require.extensions` for files like this. */
  #handlerOf(path: string): ((module: Module, path: string) => unknown) | undefined {
    const extension = extname(path);
    const own = Object.hasOwn(this.extensions, extension) ? this.extensions[extension] : undefined;
    return isHandler(own) ? own : undefined;
  }

  /** The files that required each other on the way to a module, the nearest first. */
  #requireStack(module: Module): readonly string[] {
    const stack: string[] = [];
    for (let at: Module | undefined = module; at !== undefined; at = this.#parents.get(at)) {
      stack.push(at.filename);
    }
    return stack;
  }

  #requireOf(module: Module): OwnRequire {
    /** Specifier → path: what was found once is not looked for again, as in Node. */
    const known = new Map<string, string>();
    const { filename } = module;
    const resolve = (specifier: string): RequireTarget => {
      const path = known.get(specifier);
      if (path !== undefined) return { kind: 'own', path, tried: [], consulted: [] };
      const target = this.#ports.resolveRequire(specifier, filename);
      if (target.kind === 'own') known.set(specifier, target.path);
      return target;
    };
    const require: OwnRequire = newRequire({
      filename,
      cache: this.cache,
      extensions: this.extensions,
      host: this.#host,
      resolve,
      load: (path) => this.load(path, module),
      onHostLoaded: (specifier) => this.#ports.onHostLoaded?.(specifier, filename),
      missing: (specifier) => moduleNotFound(specifier, this.#requireStack(module), require),
    });
    Object.defineProperty(module, 'require', {
      ...{ value: require, configurable: true, writable: true, enumerable: false },
    });
    return require;
  }
}

/** An object without the properties that all objects have. */
function bare<A extends object>(object: A, prototype: object | null = null): A {
  Object.setPrototypeOf(object, prototype);
  return object;
}

function newModule(path: string, parent: Module | undefined): Module {
  const module = new Module(path, parent);
  module.filename = path;
  module.paths = packageFolders(dirname(path));
  return module;
}

/** Where Node looks for the packages of a directory: in `node_modules` of it and of each directory above. */
function packageFolders(dir: string): string[] {
  const folders: string[] = [];
  for (let at = dir; ; at = dirname(at)) {
    if (basename(at) !== 'node_modules') folders.push(join(at, 'node_modules'));
    if (dirname(at) === at) return folders;
  }
}

function parseJson(path: string, text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return value;
  } catch (error) {
    if (error instanceof Error) error.message = `${path}: ${error.message}`;
    throw error;
  }
}

/**
 * What `require` gives for an ECMAScript module: its namespace, or what it exports as `module.exports`. One with a default export gets
 * `__esModule`, so that code which TypeScript or Babel made finds the default.
 *
 * @source https://nodejs.org/api/modules.html#loading-ecmascript-modules-using-require
 */
function requiredNamespace(namespace: object): unknown {
  if ('module.exports' in namespace) return namespace['module.exports'];
  if (!('default' in namespace) || '__esModule' in namespace) return namespace;
  const facade: object = Object.defineProperty({}, Symbol.toStringTag, { value: 'Module' });
  Object.setPrototypeOf(facade, null);
  for (const key of [...Object.keys(namespace), '__esModule'].sort()) {
    const get = (): unknown => (key === '__esModule' ? true : Reflect.get(namespace, key));
    Object.defineProperty(facade, key, { get, enumerable: true });
  }
  return Object.preventExtensions(facade);
}

function isHandler(value: unknown): value is (module: Module, path: string) => unknown {
  return typeof value === 'function';
}
