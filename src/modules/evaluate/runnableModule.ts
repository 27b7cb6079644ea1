import { compileFunction, type CompilationCache, type RunnableText } from './runnable.js';
import type { CompiledModule } from '../compile/CompiledModule.js';

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
