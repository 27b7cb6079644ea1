import * as E from 'fp-ts/lib/Either.js';
import { typescriptStamp } from '../adapters/typescriptStamp.js';
import type { CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import type { SourceProblem } from '../places/textPlace.js';
import { isLaborious, loweringProblem, sourceProblem } from '../scan/sourceProblem.js';
import {
  compileFile,
  isOutOfOrder,
  type NoModule,
  type SourceFile,
  transpileFile,
  withoutHashbang,
} from './compileFile.js';
import { isTranspiled, kindBySyntax } from './decideKind.js';
import type { LoadTypescript } from './lowerSyntax.js';
import { NEWER } from './transformOptions.js';
import type { Transpiler } from './transpileTypescript.js';

export type Made = E.Either<readonly SourceProblem[], CompiledModule>;

/** What a compilation needs besides the transpiler. */
export interface CompileTools {
  readonly cache: CompilationCache;
  readonly loadTypescript: LoadTypescript | undefined;
}

/** What came of a file, and whether it may be kept for later starts: with which `typescript` it was made, if that was needed. */
export interface Compiled {
  readonly made: Made;
  readonly kept?: { readonly typescript: string | undefined };
}

/**
 * Compiles a file with all that may be needed for it: the transpiler, another process for a source with errors that take long to be listed,
 * TypeScript for what neither the transpiler nor the engine can do.
 */
export async function compileWhole(
  transpiler: Transpiler,
  file: SourceFile,
  { cache, loadTypescript }: CompileTools,
): Promise<Compiled> {
  const { path, source, settings, kind } = file;
  const problem = await sourceProblem(path, source);
  if (problem !== undefined) return { made: E.left([problem]) };
  // A text of CommonJS that is JavaScript is read by the engine alone.
  const isRead = isTranspiled(path) || (kind !== 'commonjs' && /\.m?js$/.test(path));
  if (isRead && isLaborious(source)) {
    const text = withoutHashbang(source);
    let problems = await transpiler.findProblems(path, text, settings, kind);
    // What CommonJS may have can be an error in a module, such as `return`: the syntax tells which one it is once types can be taken away.
    const isUnclear = kind === undefined && problems.length === 0;
    if (isUnclear && kindBySyntax(transpiler, path, text, cache) === 'module') {
      problems = await transpiler.findProblems(path, text, settings, 'module');
    }
    if (problems.length > 0) return { made: E.left(problems) };
  }
  // The engine tells the first error of JavaScript, and no more; only what it lacks is for oxc.
  const isEngines = kind === 'commonjs' && !isTranspiled(path) && isLaborious(source);
  const forEngine = transpileFile(transpiler, { ...file, isAsWritten: isEngines }, cache);
  // Files that are compiled together reach this place before the engine compiles the first of them: it is faster without other work between.
  await Promise.resolve();
  let direct = E.isLeft(forEngine) ? forEngine : forEngine.right();
  if (isEngines && E.isLeft(direct) && NEWER.test(source)) {
    const text = withoutHashbang(source);
    const problems = await transpiler.findProblems(path, text, settings, kind);
    if (problems.length === 0) direct = compileFile(transpiler, file, cache);
  }
  if (E.isRight(direct) && !isOutOfOrder(direct.right, settings)) {
    return { made: direct, kept: { typescript: undefined } };
  }
  if (E.isLeft(direct) && !direct.left.isBeyond) return { made: E.left(direct.left.problems) };
  const tooLarge = loweringProblem(source);
  if (tooLarge !== undefined) return { made: E.left([tooLarge]) };
  const { lowerSyntax } = await import('./lowerSyntax.js');
  const lowered = await lowerSyntax(path, withoutHashbang(source), settings, loadTypescript);
  // Without TypeScript, decorators of static members run too early: better than not at all.
  if (E.isLeft(lowered)) return { made: E.isRight(direct) ? direct : lowered };
  const made = problemsOf(compileFile(transpiler, file, cache, lowered.right));
  const typescript = loadTypescript === undefined ? typescriptStamp(path) : undefined;
  return { made, ...(typescript !== undefined && { kept: { typescript } }) };
}

export function problemsOf(made: E.Either<NoModule, CompiledModule>): Made {
  return E.isLeft(made) ? E.left(made.left.problems) : made;
}
