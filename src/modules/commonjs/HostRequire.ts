import * as nodeModule from 'node:module';
import Module, { createRequire, isBuiltin } from 'node:module';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { types } from 'node:util';
import { compilerHelpers } from '../evaluate/compilerHelpers.js';

type NodeRequire = ReturnType<typeof createRequire>;
type AnyFunction = (...args: never[]) => unknown;

/** Loads what plugins share with the host, by Node's own `require`: Node's modules, npm packages, addons. */
export class HostRequire {
  /** By file: Node's `require` of it. Made when the file first needs one, since most need none. */
  readonly #requires = new Map<string, NodeRequire>();
  /** By file and specifier: the `require` that finds a package. */
  readonly #found = new Map<string, NodeRequire>();
  /** The own `node:module` of this version. */
  #builtin: typeof Module | undefined;
  #namespace: object | undefined;

  /** @param createOwn - The `require` of this version for a file of the plugin. */
  constructor(readonly createOwn: (path: string) => object) {}

  /** What `require.main` is: the host's program, as far as it is CommonJS. */
  get main(): unknown {
    return this.#of(import.meta.filename).main;
  }

  /** What Node knows to load, by extension. */
  get extensions(): object {
    const extensions: unknown = Reflect.get(this.#of(import.meta.filename), 'extensions');
    return objectOf(extensions);
  }

  /** `above` is the function of ours that the plugin called: the stack of an error begins where the plugin called it. */
  require(id: string, filename: string, above: AnyFunction): unknown {
    if (id === 'module' || id === 'node:module') return this.builtin;
    const helper = compilerHelpers.get(id);
    if (helper !== undefined) return Reflect.get(helper, 'default');
    const first = this.#of(filename);
    try {
      const base = typeof id !== 'string' || isBuiltin(id) ? first : this.#finding(id, filename);
      const loaded: unknown = base(id);
      return loaded;
    } catch (error) {
      // Node puts so many frames of its own on this stack that the plugin's would be cut off.
      if (isMissing(error, id)) Error.captureStackTrace(error, above);
      throw error;
    }
  }

  resolve(id: string, filename: string, options?: { paths?: string[] }): string {
    const base =
      options === undefined && typeof id === 'string'
        ? this.#finding(id, filename)
        : this.#of(filename);
    return base.resolve(id, options);
  }

  paths(id: string, filename: string): string[] | null {
    return this.#of(filename).resolve.paths(id);
  }

  /** Node's `module`, whose `createRequire` gives this version's instances for a file of the plugin. */
  get builtin(): typeof Module {
    this.#builtin ??= withCreateRequire((from) => {
      const nodes = createRequire(from);
      const path = pathOf(from);
      return path.includes(`${sep}node_modules${sep}`) ? nodes : this.createOwn(path);
    });
    return this.#builtin;
  }

  /** The same as a namespace. */
  get namespace(): object {
    const { builtin } = this;
    this.#namespace ??= Object.assign({}, nodeModule, {
      ...{ createRequire: builtin.createRequire, default: builtin, Module: builtin },
    });
    return this.#namespace;
  }

  /** What an `import` of a package would give, as far as a `require` of it can tell. */
  namespaceOf(specifier: string, importer: string): object {
    if (specifier === 'module' || specifier === 'node:module') return this.namespace;
    const helper = compilerHelpers.get(specifier);
    if (helper !== undefined) return helper;
    const id = specifier.startsWith('file:') ? fileURLToPath(specifier) : specifier;
    const whole: unknown = this.require(id, importer, () => undefined);
    const holder = objectOf(whole);
    if (types.isModuleNamespaceObject(holder)) return holder;
    const namespace = { ...holder, default: whole };
    Object.setPrototypeOf(namespace, null);
    return namespace;
  }

  /** Node's `require` that finds a package: of the file itself, or else of the host's program, as with `import`. */
  #finding(id: string, filename: string): NodeRequire {
    const key = `${filename}\0${id}`;
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const bases = [filename, join(process.cwd(), 'main.js'), process.argv[1] ?? filename];
    const found = bases.map((base) => this.#of(base)).find((base) => finds(base, id));
    if (found !== undefined) this.#found.set(key, found);
    return found ?? this.#of(filename);
  }

  #of(filename: string): NodeRequire {
    const known = this.#requires.get(filename);
    if (known !== undefined) return known;
    const made = createRequire(filename);
    this.#requires.set(filename, made);
    return made;
  }
}

function finds(base: NodeRequire, id: string): boolean {
  try {
    return base.resolve(id) !== '';
  } catch (error) {
    // A package that is there, and does not export this path, is found: its own error tells more.
    return !isMissing(error, id);
  }
}

function isMissing(error: unknown, id: string): error is Error {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'MODULE_NOT_FOUND' &&
    error.message.startsWith(`Cannot find module '${id}'`)
  );
}

/** Node's `module` is a function with properties. What is written to it is written to Node's. */
function withCreateRequire(own: (from: string | URL) => object): typeof Module {
  const view: typeof Module = new Proxy(Module, {
    get(target, key) {
      if (key === 'createRequire') return own;
      if (key === 'Module') return view;
      const value: unknown = Reflect.get(target, key);
      return value;
    },
  });
  return view;
}

function pathOf(from: string | URL): string {
  const path = from instanceof URL || from.startsWith('file:') ? fileURLToPath(from) : from;
  return path.endsWith(sep) ? join(path, 'noop.js') : path;
}

function objectOf(value: unknown): object {
  const isObject = typeof value === 'function' || (typeof value === 'object' && value !== null);
  return isObject ? value : {};
}
