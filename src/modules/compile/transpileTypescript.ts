import * as E from 'fp-ts/lib/Either.js';
import type {
  ModuleRunnerTransformOptions,
  ModuleRunnerTransformResult,
  OxcError,
  SourceMap,
  TransformOptions,
  TransformResult,
} from 'oxc-transform';
import * as oxc from 'oxc-transform';
import type { CompiledText } from '../evaluate/CompiledModule.js';
import type { SourceProblem, TextPlace } from '../places/textPlace.js';
import { placeAt } from '../places/textPlace.js';
import { stackTraces } from '../stacks/stackTraces.js';
import type { CompileSettings } from '../tsconfig/TsconfigSettings.js';
import { atParameter, importsOnlyIn, lateTypes, losesMembers } from './legacyDecorators.js';
import { transformOptions } from './transformOptions.js';

const DEFAULT_AND_NAMESPACE = /^import ([\w$]+), (\* as [\w$]+) (from "[^"\n]*"[^\n]*;)$/gm;

/** Lines of literals that look like such an import: each needs a compilation of its own. */
const MAX_UNCLEAR_COUNT = 64;
const LOSES_MEMBERS = 'some decorators of fields would get lost';
const BEYOND = ['Namespaces exporting non-const are not supported', LOSES_MEMBERS];

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
  transpile(
    path: string,
    source: string,
    settings?: CompileSettings,
  ): E.Either<readonly SourceProblem[], CompiledText> {
    const plain = plainJavascript(path, source, settings, false);
    if (plain.errors.length > 0) return E.left(problems(source, plain.errors));
    if (settings?.legacyDecorators !== undefined && settings.assignsFields === true) {
      const { legacyDecorators } = settings;
      const defined = oxc.transformSync(
        path,
        source,
        transformOptions(source, { legacyDecorators }),
      );
      if (losesMembers(plain.code, defined.code)) {
        return E.left([{ reason: LOSES_MEMBERS, ...placeAt(source, 0) }]);
      }
    }
    const module = runnerForm(plain.code, false);
    if (module.errors.length > 0) {
      return E.left(problemsOfSource(path, source, settings, problems(plain.code, module.errors)));
    }
    const { code, deps: imports, dynamicDeps: dynamicImports } = module;
    return E.right({ code, headLineCount: 0, imports, dynamicImports });
  },

  /** The errors of the first step, found in a thread of oxc's; see `transpile`. */
  async findProblems(
    path: string,
    source: string,
    settings?: CompileSettings,
  ): Promise<readonly SourceProblem[]> {
    const { errors } = await oxc.transform(path, source, transformOptions(source, settings));
    return problems(source, errors);
  },

  /** Whether a problem that it tells is one of its own, and no fault of the source. */
  isBeyond: (reason: string): boolean => BEYOND.some((own) => reason.startsWith(own)),

  /** The source maps of both steps, from the running code back to the source. Made on demand: few modules ever need theirs. */
  sourceMaps(path: string, source: string, settings?: CompileSettings): readonly SourceMap[] {
    const plain = plainJavascript(path, source, settings, true);
    const module = runnerForm(plain.code, true);
    return [module.map, plain.map].filter((map) => map !== undefined);
  },
};

/** The first step. */
function plainJavascript(
  path: string,
  source: string,
  settings: CompileSettings | undefined,
  sourcemap: boolean,
): TransformResult {
  const options: TransformOptions = transformOptions(source, settings);
  const plain = oxc.transformSync(path, source, sourcemap ? { ...options, sourcemap } : options);
  const { decorateMetadata } = plain.helpersUsed;
  if (decorateMetadata === undefined || plain.errors.length > 0) return plain;
  // Without the metadata, imports that only types use are left out: this tells which these are.
  const decorator = { legacy: true, emitDecoratorMetadata: false };
  const withoutTypes = oxc.transformSync(path, source, { ...options, decorator });
  return {
    ...plain,
    code: lateTypes(plain.code, importsOnlyIn(plain.code, withoutTypes.code), decorateMetadata),
  };
}

/**
 * The second step. oxc leaves `a` undefined in `import a, * as b`, so each such import is split into two imports first. A line of a
 * template literal may look the same and must not be split. The output tells them apart: it still contains the line of a literal, but not
 * the line of an import.
 */
function runnerForm(code: string, sourcemap: boolean): ModuleRunnerTransformResult {
  const form = rewriteImports('module.js', code, { sourcemap });
  const found = [...code.matchAll(DEFAULT_AND_NAMESPACE)];
  if (found.length === 0) return form;
  const literals = new Set(Array.from(form.code.matchAll(DEFAULT_AND_NAMESPACE), ([line]) => line));
  const split = code.replace(DEFAULT_AND_NAMESPACE, (line: string, ...[name, namespace, from]) =>
    literals.has(line) ? line : `import ${name} ${from} import ${namespace} ${from}`,
  );
  const clear = rewriteImports('module.js', split, { sourcemap });
  const unclear = [...split.matchAll(DEFAULT_AND_NAMESPACE)];
  return unclear.length === 0 ? clear : splitOneByOne(split, clear, unclear, sourcemap);
}

/** An import and a literal with the same text: each is split by itself, and stays so when that removed an import. */
function splitOneByOne(
  code: string,
  whole: ModuleRunnerTransformResult,
  lines: readonly RegExpExecArray[],
  sourcemap: boolean,
): ModuleRunnerTransformResult {
  if (lines.length > MAX_UNCLEAR_COUNT) {
    throw new Error(`more than ${MAX_UNCLEAR_COUNT} lines of literals look like imports`);
  }
  let split = code;
  let form = whole;
  for (const found of [...lines].reverse()) {
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

/** Problems of what the first step made, at the places where they are written. */
function problemsOfSource(
  path: string,
  source: string,
  settings: CompileSettings | undefined,
  found: readonly SourceProblem[],
): readonly SourceProblem[] {
  const { map } = plainJavascript(path, source, settings, true);
  return found.map(({ reason, line, column }) => ({
    reason: atParameter(reason, settings) ?? reason,
    ...(stackTraces.locate(line, column, () => (map === undefined ? [] : [map])) ?? {
      line,
      column,
    }),
  }));
}

/** oxc's offsets count bytes of UTF-8. The text is read once: a source of 20,000 errors needed 10 s to place each by itself. */
function problems(source: string, errors: readonly OxcError[]): readonly SourceProblem[] {
  const bytes = Buffer.from(source);
  const starts = errors.map(({ labels }) => labels[0]?.start ?? 0);
  const places = new Map<number, TextPlace>();
  let from = 0;
  let line = 1;
  let column = 1;
  for (const start of [...new Set(starts)].sort((a, b) => a - b)) {
    const lines = bytes.toString('utf8', from, start).split('\n');
    const last = lines.at(-1)?.length ?? 0;
    column = lines.length === 1 ? column + last : last + 1;
    line += lines.length - 1;
    from = start;
    places.set(start, { line, column });
  }
  return errors.map(({ message, helpMessage }, index) => {
    const help = helpMessage === null ? '' : ` (${helpMessage})`;
    const place = places.get(starts[index] ?? 0) ?? { line: 1, column: 1 };
    return { reason: `${message}${help}`, ...place };
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
