import { setFlagsFromString } from 'node:v8';
import vm from 'node:vm';

export type CompilationCache = 'off' | 'leave';

/**
 * The text as a function, compiled without V8's compilation cache: on Node 24 that cache keeps the source of every version for ever
 * (21 KB per reload of a 20 KB file, until the process runs out of memory). The flags are the process's, so they change for the
 * length of one synchronous call only. The parameter `captured` lives as long as any function of the text.
 *
 * @source measured: bench/reload, heap kept per reload
 */
export function compileFunction(
  code: string,
  parameters: readonly string[],
  filename: string,
  cache: CompilationCache,
  captured: string,
): (...values: readonly unknown[]) => unknown {
  // The code starts on a line of its own, which counts as line 1, so that a source map fits as it is.
  const text = `"use strict";void(()=>${captured});return(async()=>{\n${code}\n})()`;
  const compile = () => vm.compileFunction(text, parameters, { filename, lineOffset: -1 });
  if (cache === 'leave') return asFunction(compile());
  setFlagsFromString('--no-compilation-cache');
  try {
    return asFunction(compile());
  } finally {
    setFlagsFromString('--compilation-cache');
  }
}

type AnyFunction = (...values: readonly unknown[]) => unknown;

function asFunction(compiled: object): AnyFunction {
  if (!isFunction(compiled)) throw new TypeError('vm.compileFunction gave no function');
  return compiled;
}

function isFunction(value: object): value is AnyFunction {
  return typeof value === 'function';
}
