import type { ModuleBody, ModuleScope } from '../evaluate/CompiledModule.js';
import type { ModuleOutline } from '../evaluate/ModuleOutline.js';

/** What the code of a module is called with: see `linkableText`. */
interface ConvertedScope extends ModuleScope {
  readonly export: (getters: ModuleBody['getters']) => void;
  readonly nameDefault: (made: object) => void;
}

/** A TypeScript file that is CommonJS and has the syntax of modules. */
export interface ConvertedModule {
  readonly exports: object;
  readonly require: (id: string) => unknown;
  readonly outline: ModuleOutline;
  /** The code of the module, in the form that the linker runs. */
  readonly make: (scope: ConvertedScope, imports: object) => () => Iterator<unknown>;
  readonly load: (specifier: unknown) => Promise<object>;
}

/**
 * Runs the syntax of modules as TypeScript's CommonJS output does: each import is a `require` at the start, in the order in which they are
 * written; exports are getters on `exports`, which are there before the imports run, so that cycles see functions.
 */
export function runConverted({ exports, require, outline, make, load }: ConvertedModule): void {
  const { requests, imports, ownExports, passedExports, starExports } = outline;
  Object.defineProperty(exports, '__esModule', { value: true });
  const required: object[] = [];
  const importsObject = {};
  for (const { request, name, local } of imports) {
    define(importsObject, local, () => read(required[request], name));
  }
  let getters: ModuleBody['getters'] = [];
  const scope: ConvertedScope = {
    meta: {},
    import: load,
    export: (given) => {
      getters = given;
    },
    nameDefault: (made) => {
      Object.defineProperty(made, 'name', { value: 'default', configurable: true });
    },
  };
  const steps = make(scope, importsObject)();
  steps.next();
  for (const [index, { exported }] of ownExports.entries()) {
    define(exports, exported, () => getters[index]?.());
  }
  for (const { exported, request, name } of passedExports) {
    define(exports, exported, () => read(required[request], name));
  }
  for (const [request, { specifier }] of requests.entries()) {
    required[request] = withDefault(require(specifier));
    if (starExports.includes(request)) passOn(exports, required[request]);
  }
  steps.next();
}

function read(holder: object | undefined, name: string | undefined): unknown {
  if (holder === undefined) return undefined;
  return name === undefined ? holder : Reflect.get(holder, name);
}

/** A module that is not itself made of one has its `module.exports` as `default`, as with TypeScript's `esModuleInterop`. */
function withDefault(found: unknown): object {
  const holder =
    typeof found === 'object' || typeof found === 'function' ? (found ?? undefined) : undefined;
  if (holder !== undefined && Reflect.get(holder, '__esModule') === true) return holder;
  // What is set later, as in a cycle, is found by way of the prototype.
  const whole = {};
  Object.setPrototypeOf(whole, holder ?? null);
  for (const key of holder === undefined ? [] : Object.keys(holder)) {
    define(whole, key, () => read(holder, key));
  }
  return Object.defineProperty(whole, 'default', {
    ...{ value: found, enumerable: true, configurable: true },
  });
}

function passOn(exports: object, holder: object): void {
  for (const key of Object.keys(holder)) {
    if (key === 'default' || Object.hasOwn(exports, key)) continue;
    define(exports, key, () => read(holder, key));
  }
}

function define(holder: object, key: string, get: () => unknown): void {
  Object.defineProperty(holder, key, { get, enumerable: true, configurable: true });
}
