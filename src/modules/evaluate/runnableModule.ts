import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';
import type { CommonjsText, CompilationCache, CompiledModule, RunnableText } from './CompiledModule.js';

/**
 * Names of the parameters that the compiler's output expects, in the order in which `run` passes their values. Vite's module runner
 * has the same ones.
 */
const PARAMETERS = [
  '__vite_ssr_exports__',
  '__vite_ssr_import_meta__',
  '__vite_ssr_import__',
  '__vite_ssr_dynamic_import__',
  '__vite_ssr_exportAll__',
];

/**
 * Whether V8's compilation cache keeps what `vm.compileFunction` compiles. V8 12 and newer (Node 22) keep the source of every version
 * for ever: 150 KB per reload of a 20 KB file, until the process runs out of memory. V8 11 does not use the cache for it.
 *
 * @source measured on Node 20, 21, 22 and 24: bench/reload, heap kept per reload
 */
const isKept = Number.parseInt(process.versions.v8) >= 12;

/** What a module can be made of, in this thread or in another one. */
export type ModuleText =
  | (RunnableText & { readonly kind: 'script' })
  | (CommonjsText & { readonly kind: 'commonjs' })
  | { readonly kind: 'json'; readonly source: string };

type AnyFunction = (...values: readonly unknown[]) => unknown;

/** Makes a module's text runnable. Throws the engine's error when the syntax is wrong. */
export function runnableModule(
  text: Exclude<ModuleText, { readonly kind: 'commonjs' }>,
  cache: CompilationCache,
): CompiledModule['run'] {
  if (text.kind === 'json') return runnableJson(text.source);
  const body = compileBody(text, cache);
  return async ({ exports, meta, load, loadDynamic, reExport }) => {
    await body(exports, meta, load, loadDynamic, reExport);
  };
}

/** `run` of a CommonJS module, which `CompiledModule.commonjs` runs. */
export const runsAsCommonjs: CompiledModule['run'] = () =>
  Promise.reject(new Error('a CommonJS module runs by its wrapper'));

/** Each run parses the JSON again, so that every instance of a plugin has a value of its own. */
function runnableJson(source: string): CompiledModule['run'] {
  return ({ exports }) => {
    Object.defineProperty(exports, 'default', { value: JSON.parse(source), enumerable: true });
    return Promise.resolve();
  };
}

/**
 * Compiles the code as the body of an async function. The unused arrow function at its start captures `import.meta`, so that this
 * object lives exactly as long as any function of the module: `EvaluationPorts.onScope` relies on it.
 */
function compileBody(
  { code, headLineCount, scriptName }: RunnableText,
  cache: CompilationCache,
): AnyFunction {
  // The code starts on a line of its own, which counts as line 1: the source map fits without an offset.
  const text = `"use strict";void(()=>__vite_ssr_import_meta__);return(async()=>{\n${code}\n})()`;
  const compiled = compileWith(cache, () =>
    vm.compileFunction(text, PARAMETERS, { filename: scriptName, lineOffset: -1 - headLineCount }),
  );
  if (!isFunction(compiled)) throw new TypeError('vm.compileFunction gave no function');
  return compiled;
}

function isFunction(value: object): value is AnyFunction {
  return typeof value === 'function';
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
