import * as nodeModule from 'node:module';
import { join } from 'node:path';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';
import { makePrivateDirectory } from './controlSocket.js';

/**
 * Lets Node 22.8 and later keep the compiled code of the command line itself, and of the packages that it loads, in the home
 * of its user: a start then takes about a quarter less. Where that is not possible, nothing is kept and nothing is said.
 *
 * Code that was kept is counted less precisely by tools that measure coverage, so they get none.
 *
 * @source https://nodejs.org/api/module.html#module-compile-cache
 * @source measured: bench/startup/run.ts
 */
export function keepCompiledProgram(): void {
  if (process.env.NODE_V8_COVERAGE !== undefined) return;
  const enable: unknown = Reflect.get(nodeModule, 'enableCompileCache');
  const home = nodeStateFiles.home();
  if (typeof enable !== 'function' || home === undefined) return;
  const directory = join(home, '.hotpipe', 'compiled');
  try {
    // Who may write there runs code in each later start.
    makePrivateDirectory(directory);
  } catch {
    return;
  }
  Reflect.apply(enable, undefined, [directory]);
}
