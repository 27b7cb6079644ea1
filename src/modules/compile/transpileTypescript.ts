import * as E from 'fp-ts/lib/Either.js';
import type {
  ModuleRunnerTransformOptions,
  ModuleRunnerTransformResult,
  OxcError,
  SourceMap,
  TransformOptions,
} from 'oxc-transform';
import * as oxc from 'oxc-transform';
import type { CompiledText } from '../evaluate/CompiledModule.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';

const OPTIONS: TransformOptions = {
  // What Node 20 runs. The output for newer syntax imports helpers: see `compilerHelpers`.
  target: 'es2022',
  sourceType: 'module',
};
const COMMONJS_OPTIONS: TransformOptions = { ...OPTIONS, sourceType: 'commonjs' };
const DEFAULT_AND_NAMESPACE = /^import ([\w$]+), (\* as [\w$]+) (from "[^"\n]*"[^\n]*;)$/gm;

type RewriteImports = (
  path: string,
  source: string,
  options: ModuleRunnerTransformOptions,
) => ModuleRunnerTransformResult;

/**
 * Turns TypeScript or JavaScript into runnable form, in two steps: the first strips types and lowers newer syntax, the second
 * rewrites imports and exports as calls.
 */
export const transpiler = {
  transpile(path: string, source: string): E.Either<readonly SourceProblem[], CompiledText> {
    const plain = oxc.transformSync(path, source, OPTIONS);
    if (plain.errors.length > 0) return E.left(problems(source, plain.errors));
    const module = runnerForm(plain.code, false);
    if (module.errors.length > 0) return E.left(problems(plain.code, module.errors));
    const { code, deps: imports, dynamicDeps: dynamicImports } = module;
    return E.right({ code, headLineCount: 0, imports, dynamicImports });
  },

  /**
   * The first step alone, for CommonJS, with the imports and exports that are there. `types`: takes only types away, so that the syntax
   * that is left tells what kind of module it is.
   */
  strip(
    path: string,
    source: string,
    what: 'syntax' | 'types' = 'syntax',
  ): E.Either<readonly SourceProblem[], string> {
    const plain = oxc.transformSync(path, source, {
      ...COMMONJS_OPTIONS,
      ...(what === 'types' && { typescript: { onlyRemoveTypeImports: true } }),
    });
    return plain.errors.length > 0
      ? E.left(problems(source, plain.errors))
      : E.right(plain.code);
  },

  /** The second step alone. */
  runnerForm(code: string): E.Either<readonly SourceProblem[], string> {
    const module = runnerForm(code, false);
    return module.errors.length > 0
      ? E.left(problems(code, module.errors))
      : E.right(module.code);
  },

  /** The source maps of the steps of a CommonJS module, from the running code back to the source. */
  commonjsMaps(path: string, source: string, isConverted: boolean): readonly SourceMap[] {
    const plain = oxc.transformSync(path, source, { ...COMMONJS_OPTIONS, sourcemap: true });
    const module = isConverted ? runnerForm(plain.code, true).map : undefined;
    return [module, plain.map].filter((map) => map !== undefined);
  },

  /** The source maps of both steps, from the running code back to the source. Made on demand: few modules ever need theirs. */
  sourceMaps(path: string, source: string): readonly SourceMap[] {
    const plain = oxc.transformSync(path, source, { ...OPTIONS, sourcemap: true });
    const module = runnerForm(plain.code, true);
    return [module.map, plain.map].filter((map) => map !== undefined);
  },
};

/**
 * The second step. oxc leaves `a` undefined in `import a, * as b`, so each such import is split into two imports first. A line of a
 * template literal may look the same and must not be split. The output tells them apart: it still contains the line of a literal, but not
 * the line of an import.
 */
function runnerForm(code: string, sourcemap: boolean): ModuleRunnerTransformResult {
  let split = code;
  let form = rewriteImports('module.js', code, { sourcemap });
  for (const found of [...code.matchAll(DEFAULT_AND_NAMESPACE)].reverse()) {
    const [line, name = '', namespace = '', from = ''] = found;
    const apart = `import ${name} ${from} import ${namespace} ${from}`;
    const next = split.slice(0, found.index) + apart + split.slice(found.index + line.length);
    const nextForm = rewriteImports('module.js', next, { sourcemap });
    if (form.code.split(line).length !== nextForm.code.split(line).length) continue;
    split = next;
    form = nextForm;
  }
  return form;
}

/** oxc's offsets count bytes of UTF-8. */
function problems(source: string, errors: readonly OxcError[]): readonly SourceProblem[] {
  const bytes = Buffer.from(source);
  return errors.map(({ message, helpMessage, labels }) => {
    const offset = bytes.toString('utf8', 0, labels[0]?.start ?? 0).length;
    const help = helpMessage === null ? '' : ` (${helpMessage})`;
    return { reason: `${message}${help}`, ...placeAt(source, offset) };
  });
}

/**
 * oxc-transform says that this function is for Vite only, so a later version may remove it. Then compiling the first file fails with this
 * error.
 */
function rewriteImports(...args: Parameters<RewriteImports>): ModuleRunnerTransformResult {
  const found: unknown = Reflect.get(oxc, 'moduleRunnerTransformSync');
  if (!isRewriteImports(found)) {
    throw new Error(
      'oxc-transform has no moduleRunnerTransformSync: install the version that hotpipe was tested with',
    );
  }
  return found(...args);
}

function isRewriteImports(value: unknown): value is RewriteImports {
  return typeof value === 'function';
}
