import vm from 'node:vm';
import type { CompilationCache } from '../evaluate/runnable.js';
import { uncached } from '../evaluate/uncached.js';

const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/**
 * Throws what the engine says of the syntax of a `.cjs` file, by the file's own lines. Without what is around it when it runs: of a text
 * that ends too early the engine would blame that, and one that ends too late would break out of it.
 */
export function checkCommonjs(source: string, scriptName: string, cache: CompilationCache): void {
  const check = () =>
    vm.compileFunction(`"use strict";\n${source}`, PARAMETERS, {
      filename: scriptName,
      lineOffset: -1,
    });
  if (cache === 'leave') check();
  else uncached(check);
}
