import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';
import { makePrivateDirectory } from './controlSocket.js';

/**
 * Lets Node 22.8 and later keep the compiled code of the command line itself, and of the packages that it loads, in the home
 * of its user: a start then takes about a quarter less. Where that is not possible, nothing is kept and nothing is said.
 *
 * Code that was kept is counted less precisely by tools that measure coverage, so they get none. Node finds source maps only of code that it
 * has loaded itself.
 *
 * @returns The directory in which an earlier version of Node has the program keep it. Undefined where Node does, and where nothing is to be kept.
 * @source https://nodejs.org/api/module.html#module-compile-cache
 * @source measured: bench/startup/run.ts
 */
export function keepCompiledProgram(): string | undefined {
  const { NODE_V8_COVERAGE, NODE_DISABLE_COMPILE_CACHE } = process.env;
  if (NODE_V8_COVERAGE !== undefined) return undefined;
  const enable: unknown = Reflect.get(nodeModule, 'enableCompileCache');
  const isOwn = typeof enable !== 'function';
  const isOff = NODE_DISABLE_COMPILE_CACHE !== undefined || process.sourceMapsEnabled;
  const home = nodeStateFiles.home();
  if (home === undefined || (isOwn && isOff)) return undefined;
  const directory = join(home, '.hotpipe', 'compiled');
  try {
    // Who may write there runs code in each later start.
    makePrivateDirectory(directory);
  } catch {
    return undefined;
  }
  if (isOwn) return directory;
  Reflect.apply(enable, undefined, [directory]);
  return undefined;
}
