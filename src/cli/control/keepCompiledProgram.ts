import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';
import { makePrivateDirectory } from './controlSocket.js';

/**
 * Where the compiled code of the command line is kept, in the home of its user: a start then takes about a third less. Where that is not possible,
 * nothing is kept and nothing is said. Node 22.8 and later keeps the packages that are loaded there, too.
 *
 * Code that was kept is counted less precisely by tools that measure coverage, so they get none.
 *
 * @returns The directory, which is its user's alone. Undefined: the program keeps nothing either.
 * @source https://nodejs.org/api/module.html#module-compile-cache
 * @source measured: bench/startup/run.ts
 */
export function keepCompiledProgram(): string | undefined {
  const { NODE_V8_COVERAGE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  const home = nodeStateFiles.home();
  if (NODE_V8_COVERAGE !== undefined || home === undefined) return undefined;
  const directory = join(home, '.hotpipe', 'compiled');
  try {
    // Who may write there runs code in each later start.
    makePrivateDirectory(directory);
  } catch {
    return undefined;
  }
  const enable: unknown = Reflect.get(nodeModule, 'enableCompileCache');
  if (typeof enable === 'function') Reflect.apply(enable, undefined, [directory]);
  return NODE_DISABLE_COMPILE_CACHE === undefined ? directory : undefined;
}
