import * as E from 'fp-ts/lib/Either.js';
import { namesOnDemand, type ReadableNames } from '../commonjs/exportNames.js';
import { commonjsHead, runnableCommonjs, unusedName } from '../commonjs/runnableCommonjs.js';
import type { CommonjsText, CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import type { ModuleOutline } from '../evaluate/ModuleOutline.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import type { MakeMaps, RawMap } from '../stacks/stackTraces.js';
import { toolComments } from '../stacks/toolMap.js';
import type { CompileSettings } from '../tsconfig/TsconfigSettings.js';
import { isTranspiled } from './decideKind.js';
import { findCalls } from './findCalls.js';
import type { Transpiler } from './transpileTypescript.js';

type CommonjsForm = Extract<CompiledModule['form'], { readonly kind: 'commonjs' }>;

/** A CommonJS file to compile. */
export interface CommonjsSource {
  readonly path: string;
  readonly source: string;
  readonly scriptName: string;
  /** What its `tsconfig.json` says. */
  readonly settings: CompileSettings | undefined;
  /** The map of a step before, which made this source of what was written. Undefined: there was none. */
  readonly mapBefore: RawMap | undefined;
  /** See `SourceFile`. */
  readonly isAsWritten: boolean;
}

/** A CommonJS file, compiled. */
export interface CompiledCommonjs {
  readonly form: CommonjsForm;
  readonly commonjs: NonNullable<CompiledModule['commonjs']>;
  /** Specifiers of each `import(…)` that is written as a literal. */
  readonly dynamicImports: readonly string[];
}

/** Syntax of modules, in a TypeScript file that is CommonJS: TypeScript makes `require` and `exports` of it. */
const MODULE_STATEMENT = /^[ \t]*(?:import\s*(?:[\w$*{"']|type\b)|export\b)/m;
const EMPTY_EXPORT = /\bexport \{\};?\s*$/;
const LITERAL_ARGUMENT = /^import\s*\(\s*(?:"([^"\\\n]*)"|'([^'\\\n]*)')\s*\)/;

interface Converted {
  readonly code: string;
  /** How much of the code's first line is not of the source. */
  readonly headLength: number;
  readonly maps: MakeMaps;
  readonly shown: () => ReadableNames;
  readonly convertName?: string;
  /** Specifiers of the imports of a text that has the syntax of modules. */
  readonly imports?: readonly string[];
  readonly dynamicImports?: readonly string[];
}

/**
 * Makes a CommonJS file runnable. Its text stays as it is, but for the word `import` in `import(…)`, which becomes another word of the
 * same length. TypeScript, JSX and syntax that this engine lacks are transpiled first. Left: the transpiler's problems. Throws the
 * engine's error about the syntax.
 */
export function compileCommonjs(
  transpiler: Transpiler,
  file: CommonjsSource,
  cache: CompilationCache,
): E.Either<readonly SourceProblem[], CompiledCommonjs> {
  const { path, source } = file;
  if (!isTranspiled(path)) {
    try {
      return E.right(made(plain(source), file, cache));
    } catch (error) {
      const lowered = file.isAsWritten ? undefined : lower(transpiler, file, cache);
      if (lowered === undefined) throw error;
      return E.right(lowered);
    }
  }
  const converted = convert(transpiler, file);
  return E.isLeft(converted) ? converted : E.right(made(converted.right, file, cache));
}

function plain(code: string, maps: MakeMaps = () => []): Converted {
  return { code, headLength: 0, maps, shown: namesOnDemand(code) };
}

/** The text with newer syntax lowered, such as `using`. Undefined when that does not help. */
function lower(
  transpiler: Transpiler,
  file: CommonjsSource,
  cache: CompilationCache,
): CompiledCommonjs | undefined {
  const { path, source, settings } = file;
  const stripped = transpiler.strip(path, source, settings);
  if (E.isLeft(stripped) || stripped.right.printed === source) return undefined;
  const { code } = stripped.right.laid;
  const maps = () => transpiler.commonjsMaps(path, source, settings, false);
  try {
    return made(plain(code, maps), file, cache);
  } catch {
    return undefined;
  }
}

function convert(
  transpiler: Transpiler,
  { path, source, settings }: CommonjsSource,
): E.Either<readonly SourceProblem[], Converted> {
  const stripped = transpiler.strip(path, source, settings);
  if (E.isLeft(stripped)) return stripped;
  const { printed, laid } = stripped.right;
  // What is left of exported types is no syntax that runs.
  if (!MODULE_STATEMENT.test(printed.replace(EMPTY_EXPORT, ''))) {
    const code = laid.code.replace(EMPTY_EXPORT, '');
    const maps = () => transpiler.commonjsMaps(path, source, settings, false);
    return E.right(plain(code, maps));
  }
  const linkable = transpiler.linkable(laid.code);
  if (E.isLeft(linkable)) return linkable;
  const { headLength, parameters, outline, imports, dynamicImports } = linkable.right.text;
  if (outline.isAsync) {
    const reason =
      'a top-level await is not possible in CommonJS: name the file .mts, or write "type": "module" in its package.json';
    return E.left([{ reason, ...placeAt(source, Math.max(0, source.search(/\bawait\b/))) }]);
  }
  const convertName = unusedName(linkable.right.text.code, 'convert');
  const what = `{ exports, require, outline: ${JSON.stringify(outline)}, make: function (${parameters.join(', ')}) {`;
  const head = `"use strict";${convertName}(${what}`;
  return E.right({
    shown: namesOf(outline, transpiler.assignsExports(path, source) ? laid.code : undefined),
    // In the line of the code's own head, so that the lines stay as they are.
    code: `${head}${linkable.right.text.code}\n}});`,
    ...{ headLength: head.length + headLength, convertName, imports, dynamicImports },
    maps: () => transpiler.commonjsMaps(path, source, settings, true),
  });
}

function namesOf(outline: ModuleOutline, withAssignment: string | undefined): () => ReadableNames {
  if (withAssignment !== undefined) return namesOnDemand(withAssignment);
  const { ownExports, passedExports, starExports, requests } = outline;
  const names = [
    '__esModule',
    ...[...ownExports, ...passedExports].map(({ exported }) => exported),
  ];
  const reexports = starExports.flatMap((request) => requests[request]?.specifier ?? []);
  return () => ({ names, reexports });
}

function made(text: Converted, file: CommonjsSource, cache: CompilationCache): CompiledCommonjs {
  const { requires, imports } = findCalls(text.code);
  const { code, importName } = renameImports(text.code, imports);
  const { convertName, shown } = text;
  const { scriptName, mapBefore } = file;
  const maps = mapBefore === undefined ? text.maps : () => [...text.maps(), mapBefore];
  const headLength = commonjsHead(code).length + text.headLength;
  const comments = toolComments(file, maps, headLength);
  const runnable: CommonjsText = {
    code,
    importName,
    convertName,
    headLength,
    scriptName,
    comments,
  };
  const form: CommonjsForm = {
    ...runnable,
    kind: 'commonjs',
    maps,
    requires: text.imports === undefined ? requires : [...new Set([...text.imports, ...requires])],
    get names() {
      return shown().names;
    },
    get reexports() {
      return shown().reexports;
    },
  };
  const dynamicImports = imports.flatMap((offset) => {
    const found = LITERAL_ARGUMENT.exec(text.code.slice(offset, offset + 1_024));
    const specifier = found?.[1] ?? found?.[2];
    return specifier === undefined ? [] : [specifier];
  });
  const loads = [...(text.dynamicImports ?? []), ...dynamicImports];
  return { form, commonjs: runnableCommonjs(runnable, cache), dynamicImports: loads };
}

/** Another word of six letters in the place of each `import` that is called: all places of the text stay as they are. */
function renameImports(
  code: string,
  offsets: readonly number[],
): Pick<CommonjsText, 'code' | 'importName'> {
  if (offsets.length === 0) return { code, importName: undefined };
  const importName = unusedName(code, 'mport');
  let renamed = '';
  let from = 0;
  for (const offset of offsets) {
    renamed += code.slice(from, offset) + importName;
    from = offset + 'import'.length;
  }
  return { code: renamed + code.slice(from), importName };
}
