import vm from 'node:vm';
import { uncached } from './uncached.js';

export type CompilationCache = 'off' | 'leave';

export interface RunnableText {
  readonly code: string;
  /** Lines before the one that counts as line 1. */
  readonly headLineCount: number;
  /** What stacks call it. */
  readonly scriptName: string;
}

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
