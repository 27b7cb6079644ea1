import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import type {
  CommonjsText,
  CompilationCache,
  MakeBody,
  ModuleBody,
  ModuleScope,
  RunnableText,
} from './CompiledModule.js';
import { silenceLoaderWarning } from './loaderWarning.js';
import { EMPTY_OUTLINE, type ModuleOutline } from './ModuleOutline.js';
import { noteForCoverage, withToolComments } from './toolComments.js';

/**
 * Whether V8's compilation cache keeps what `vm.compileFunction` compiles. V8 12 and newer (Node 22) keep the source of every version
 * for ever: 150 KB per reload of a 20 KB file, until the process runs out of memory. V8 11 does not use the cache for it.
 *
 * @source measured on Node 20, 21, 22 and 24: bench/reload, heap kept per reload
 */
const isKept = Number.parseInt(process.versions.v8) >= 12;

const JSON_OUTLINE: ModuleOutline = {
  ...EMPTY_OUTLINE,
  ownExports: [{ exported: 'default', local: 'default' }],
};

/** What a module can be made of, in this thread or in another one. */
export type ModuleText =
  | (RunnableText & { readonly kind: 'script' })
  | (CommonjsText & { readonly kind: 'commonjs' })
  | { readonly kind: 'json'; readonly source: string };

/** A module that the linker can make instances of. */
export interface RunnableModule {
  readonly outline: ModuleOutline;
  readonly makeBody: MakeBody;
}

/**
 * Makes a module's text runnable. Throws the engine's error when the syntax is wrong.
 *
 * @param data - What `scriptData` gave for the same text: the engine takes it, or compiles the text when it does not fit.
 */
export function runnableModule(
  text: Exclude<ModuleText, { readonly kind: 'commonjs' }>,
  cache: CompilationCache,
  data?: Buffer,
): RunnableModule {
  if (text.kind === 'json') return runnableJson(text.source);
  silenceLoaderWarning(text.code);
  const make = compileBody(text, cache, data);
  return { outline: text.outline, makeBody: (scope, imports) => newBody(make, scope, imports) };
}

/** What stands for the form of a module in a CommonJS one, which the linker runs by `CompiledModule.commonjs`. */
export const runsAsCommonjs: RunnableModule = {
  outline: EMPTY_OUTLINE,
  makeBody: () => {
    throw new Error('a CommonJS module runs by its wrapper');
  },
};

/** Each run parses the JSON again, so that every instance of a plugin has a value of its own. */
function runnableJson(source: string): RunnableModule {
  const makeBody = () => {
    let value: unknown;
    const run = () => {
      value = JSON.parse(source);
      return undefined;
    };
    return { getters: [() => value], run };
  };
  return { outline: JSON_OUTLINE, makeBody };
}

type AnyFunction = (...values: readonly unknown[]) => unknown;

/** What the first line of a module's code calls before anything of the module runs. */
interface LinkScope extends ModuleScope {
  /** Takes the getters of the module's own exports. */
  readonly export: (getters: ModuleBody['getters']) => void;
  /** A default-exported function that is written without a name is called `default`. */
  readonly nameDefault: (made: object) => void;
}

function newBody(make: AnyFunction, scope: ModuleScope, imports: object): ModuleBody {
  let getters: ModuleBody['getters'] = [];
  const linkScope: LinkScope = Object.assign(scope, {
    export: (given: ModuleBody['getters']) => {
      getters = given;
    },
    nameDefault: (made: object) => {
      Object.defineProperty(made, 'name', { value: 'default', configurable: true });
    },
  });
  const start: unknown = make(linkScope, imports);
  const generator: unknown = isFunction(start) ? start() : undefined;
  if (!isGenerator(generator)) throw new TypeError('the code of a module gave no generator');
  const step = () => {
    const reached = generator.next();
    return reached instanceof Promise ? reached : undefined;
  };
  const ready = step();
  return { getters, ...(ready && { ready }), run: step };
}

function isFunction(value: unknown): value is AnyFunction {
  return typeof value === 'function';
}

function isGenerator(value: unknown): value is { next(): unknown } {
  return typeof value === 'object' && value !== null && 'next' in value;
}

/** Compiles the code as the body of a function: see `linkableText`. */
function compileBody(
  { code, parameters, scriptName, comments }: RunnableText,
  cache: CompilationCache,
  data?: Buffer,
): AnyFunction {
  const whole = withToolComments(code, comments);
  const compiled: unknown = compileFunction(whole, parameters, scriptName, cache, {
    ...(data && { cachedData: data }),
  });
  noteForCoverage(whole, comments);
  if (!isFunction(compiled)) throw new TypeError('vm.compileFunction gave no function');
  return compiled;
}

/** The engine's data for a text that was compiled as `runnableModule` does. It holds the names of the script and of its file. */
export function scriptData(
  { code, parameters, scriptName, comments }: RunnableText,
  cache: CompilationCache,
): Buffer | undefined {
  return functionData(withToolComments(code, comments), parameters, scriptName, cache);
}

/**
 * The engine's data for a function. It is made and used under the same flags: otherwise the engine refuses it. Undefined where the engine
 * takes what the data says of a script for true: there `new Function('return import(…)')` fails in code that was made of data.
 *
 * @source measured: V8 11.3 (Node 20) does, 13.6 (Node 24) does not
 */
export function functionData(
  whole: string,
  parameters: readonly string[],
  scriptName: string,
  cache: CompilationCache,
): Buffer | undefined {
  if (!(keepsScripts ??= isScriptKept(cache))) return undefined;
  const options = { produceCachedData: true };
  return compileFunction(whole, parameters, scriptName, cache, options).cachedData;
}

/** Undefined until the first data. */
let keepsScripts: boolean | undefined;

/** Whether a function that is made of another script's data has the name of its own script. */
function isScriptKept(cache: CompilationCache): boolean {
  const text = 'return new Error().stack';
  const { cachedData } = compileFunction(text, [], 'other', cache, { produceCachedData: true });
  if (cachedData === undefined) return false;
  const made: unknown = compileFunction(text, [], 'own script', cache, { cachedData });
  return isFunction(made) && String(made()).includes('own script');
}

/** Compiles a text as the body of a function. */
export function compileFunction(
  whole: string,
  parameters: readonly string[],
  scriptName: string,
  cache: CompilationCache,
  options: Pick<vm.CompileFunctionOptions, 'cachedData' | 'produceCachedData'> = {},
) {
  return compileWith(cache, () =>
    vm.compileFunction(whole, [...parameters], {
      ...options,
      filename: scriptName,
      // For `new Function('return import(…)')`, whose text nobody can rewrite.
      importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
    }),
  );
}

/**
 * Runs a compilation, with `off` without V8's compilation cache. V8's flags belong to the whole process, so they change for one
 * synchronous call only, and only where the cache would keep the code: on V8 11 changing them doubles the cost of a small file.
 */
export function compileWith<A>(cache: CompilationCache, compile: () => A): A {
  if (cache === 'leave' || !isKept) return compile();
  setFlagsFromString('--no-compilation-cache');
  try {
    return compile();
  } finally {
    setFlagsFromString('--compilation-cache');
  }
}
