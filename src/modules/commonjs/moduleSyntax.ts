import vm from 'node:vm';
import type { CompilationCache } from '../evaluate/CompiledModule.js';
import { compileWith } from '../evaluate/runnableModule.js';

/** The parameters of the function that Node wraps around a CommonJS module. */
export const WRAPPER_PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname'];

/** What V8 says of a text that is only valid as a module. */
const MODULE_ONLY = [
  'Cannot use import statement outside a module',
  "Unexpected token 'export'",
  "Cannot use 'import.meta' outside a module",
];
/** What V8 says of a text that is valid in a module, and may be wrong in another way: an `await`, a name that Node's wrapper has. */
const MODULE_PERHAPS = [
  ...WRAPPER_PARAMETERS.map((name) => `Identifier '${name}' has already been declared`),
  'await is only valid in async functions and the top level bodies of modules',
  'Unexpected reserved word',
];

/**
 * Whether a JavaScript text is a module by its syntax, and no CommonJS: it is not valid as CommonJS, for a reason that holds only there.
 * `unclear`: it is not valid for another reason.
 *
 * @source https://nodejs.org/api/packages.html#syntax-detection
 */
export function hasModuleSyntax(source: string, cache: CompilationCache): boolean | 'unclear' {
  const problem = commonjsProblem(source, WRAPPER_PARAMETERS, cache);
  if (problem === undefined) return false;
  if (MODULE_ONLY.some((text) => problem.includes(text))) return true;
  if (!MODULE_PERHAPS.some((text) => problem.includes(text))) return 'unclear';
  const asAsync = commonjsProblem(`(async function() {${source}\n})();`, [], cache);
  if (asAsync === undefined) return true;
  return MODULE_ONLY.some((text) => asAsync.includes(text)) ? true : 'unclear';
}

/** Why a text is not valid as the body of a function with these parameters. */
function commonjsProblem(
  source: string,
  parameters: readonly string[],
  cache: CompilationCache,
): string | undefined {
  try {
    compileWith(cache, () => vm.compileFunction(source, [...parameters]));
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
