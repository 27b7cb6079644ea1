import * as E from 'fp-ts/lib/Either.js';
import type { ModuleKind } from '../commonjs/moduleKind.js';
import { hasModuleSyntax } from '../commonjs/moduleSyntax.js';
import type { CompilationCache } from '../evaluate/CompiledModule.js';
import type { Transpiler } from './transpileTypescript.js';

/** A file without exports is marked as a module by it; it is what is left of exported types too. */
const EMPTY_EXPORT = /\bexport\s*\{\s*\};?\s*$/;
const WRITTEN_EMPTY_EXPORT = /\bexport\s*\{\s*\}/;
/** Files whose text is not JavaScript as it is. */
const TRANSPILED = /\.(?:[cm]?ts|[jt]sx)$/;

/** Whether a file's text has to be transpiled before an engine can read it. */
export function isTranspiled(path: string): boolean {
  return TRANSPILED.test(path);
}

/**
 * The kind of a file that neither its extension nor a `package.json` tells: a module if its text has the syntax of one, once types are
 * gone. A text that is not valid in either kind is taken for a module: its compiler tells best what is wrong.
 */
export function kindBySyntax(
  transpiler: Transpiler,
  path: string,
  source: string,
  cache: CompilationCache,
): ModuleKind {
  if (!isTranspiled(path)) return kindOfJavascript(transpiler, path, source, cache);
  if (transpiler.isCommonjsOnly(path, source)) return 'commonjs';
  const stripped = transpiler.strip(path, source, undefined, 'types');
  if (E.isLeft(stripped)) return 'module';
  const isMarked = WRITTEN_EMPTY_EXPORT.test(source);
  const { printed } = stripped.right;
  const code = isMarked ? printed : printed.replace(EMPTY_EXPORT, '');
  return isModuleText(transpiler, code, cache) === false ? 'commonjs' : 'module';
}

function kindOfJavascript(
  transpiler: Transpiler,
  path: string,
  source: string,
  cache: CompilationCache,
): ModuleKind {
  const isModule = isModuleText(transpiler, source, cache);
  if (isModule !== 'unclear') return isModule ? 'module' : 'commonjs';
  // Syntax that this engine lacks: the transpiler lowers it.
  const stripped = transpiler.strip(path, source, undefined, 'types');
  if (E.isLeft(stripped)) return 'module';
  return isModuleText(transpiler, stripped.right.printed, cache) === false ? 'commonjs' : 'module';
}

/**
 * Whether the process ends at an error that is caught: V8 takes what `vm.compileFunction` throws for uncaught. Then the parser is asked first.
 */
const endsAtErrors = [
  ...process.execArgv,
  ...(process.env.NODE_OPTIONS ?? '').split(/[\s"]+/),
].some((flag) => /^--abort[-_]on[-_]uncaught[-_]exception$/.test(flag));

/** Whether a JavaScript text is a module by its syntax. */
function isModuleText(
  transpiler: Transpiler,
  code: string,
  cache: CompilationCache,
): boolean | 'unclear' {
  if (endsAtErrors && transpiler.isModule(code)) return true;
  return hasModuleSyntax(code, cache);
}
