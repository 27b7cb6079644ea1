import vm from 'node:vm';
import type { CompilationCache, CompiledModule, RunnableText } from './CompiledModule.js';
import { uncached } from './uncached.js';

/** The text as an async function. The parameter `captured` lives as long as any function of the text. */
export function compileFunction(
  { code, headLineCount, scriptName }: RunnableText,
  parameters: readonly string[],
  cache: CompilationCache,
  captured: string,
): (...values: readonly unknown[]) => unknown {
  // The code starts on a line of its own, which counts as line 1, so that a source map fits as it is.
  const text = `"use strict";void(()=>${captured});return(async()=>{\n${code}\n})()`;
  const compile = () =>
    vm.compileFunction(text, parameters, { filename: scriptName, lineOffset: -1 - headLineCount });
  return asFunction(cache === 'leave' ? compile() : uncached(compile));
}

type AnyFunction = (...values: readonly unknown[]) => unknown;

function asFunction(compiled: object): AnyFunction {
  if (!isFunction(compiled)) throw new TypeError('vm.compileFunction gave no function');
  return compiled;
}

function isFunction(value: object): value is AnyFunction {
  return typeof value === 'function';
}

/** A JSON file as a module: each instance of a plugin gets a value of its own. */
export function runnableJson(source: string): CompiledModule['run'] {
  return ({ exports }) => {
    Object.defineProperty(exports, 'default', { value: JSON.parse(source), enumerable: true });
    return Promise.resolve();
  };
}

/** The names that the compiler writes into a module's code, in the order in which `run` passes their values. */
const PARAMETERS = [
  '__vite_ssr_exports__',
  '__vite_ssr_import_meta__',
  '__vite_ssr_import__',
  '__vite_ssr_dynamic_import__',
  '__vite_ssr_exportAll__',
];

/** Code in the linker's form as something that runs, here or in a worker. Throws what the engine says of its syntax. */
export function runnableModule(text: RunnableText, cache: CompilationCache): CompiledModule['run'] {
  const body = compileFunction(text, PARAMETERS, cache, '__vite_ssr_import_meta__');
  return async ({ exports, meta, load, loadDynamic, reExport }) => {
    await body(exports, meta, load, loadDynamic, reExport);
  };
}
