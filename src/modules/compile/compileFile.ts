import { hash as digest } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { ModuleKind } from '../commonjs/moduleKind.js';
import type { CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import { runnableModule, runsAsCommonjs } from '../evaluate/runnableModule.js';
import { jsonProblem } from '../places/jsonProblem.js';
import { parseJson } from '../places/parseJson.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { type MakeMaps, stackTraces } from '../stacks/stackTraces.js';
import { toolComments } from '../stacks/toolMap.js';
import type { CompileSettings } from '../tsconfig/TsconfigSettings.js';
import { compileCommonjs } from './compileCommonjs.js';
import { isTranspiled, kindBySyntax } from './decideKind.js';
import { decoratesStaticFirst } from './legacyDecorators.js';
import type { LoweredText } from './lowerSyntax.js';
import type { Transpiler } from './transpileTypescript.js';

/** Where the engine stops at syntax that the transpiler leaves as it is: before `@`, and after `accessor`. */
const BEYOND_ENGINE = /(?:^|[^\w$])(?:\0@|accessor\s+\0)/;

/** A file to compile. */
export interface SourceFile {
  readonly path: string;
  readonly source: string;
  readonly hash: string;
  readonly kind: ModuleKind | undefined;
  readonly variant: string;
  readonly settings: CompileSettings | undefined;
  /** Whether a CommonJS text in JavaScript runs as it is written, or not at all. Left out: newer syntax is lowered. */
  readonly isAsWritten?: boolean;
}

/** Why a text gave no module. */
export interface NoModule {
  readonly problems: readonly SourceProblem[];
  /** The first problem is syntax that the transpiler cannot lower, and that this version of Node cannot run: TypeScript can. */
  readonly isBeyond: boolean;
}

/** Tells the settings that modules may be compiled with apart. Empty for the defaults. */
export function variantOf(settings: CompileSettings | undefined): string {
  return settings === undefined ? '' : JSON.stringify(settings);
}

/** Turns a first line `#!…`, which is not allowed inside a function, into a comment. Lines and columns stay as they are. */
export function withoutHashbang(source: string): string {
  return source.startsWith('#!') ? `//${source.slice(2)}` : source;
}

/** Whether a module decorates members in another order than TypeScript. */
export function isOutOfOrder(
  { form }: CompiledModule,
  settings: CompileSettings | undefined,
): boolean {
  const isDecorated = settings?.legacyDecorators !== undefined && form.kind !== 'json';
  return isDecorated && decoratesStaticFirst(form.code);
}

/** Compiles a file in one turn. `lowered` is its text after what the transpiler cannot do. */
export function compileFile(
  transpiler: Transpiler,
  file: SourceFile,
  cache: CompilationCache,
  lowered?: LoweredText,
): E.Either<NoModule, CompiledModule> {
  const forEngine = transpileFile(transpiler, file, cache, lowered);
  return E.isLeft(forEngine) ? forEngine : forEngine.right();
}

/** The half of `compileFile` that is the transpiler's. Right: the engine's half. */
export function transpileFile(
  transpiler: Transpiler,
  file: SourceFile,
  cache: CompilationCache,
  lowered?: LoweredText,
): E.Either<NoModule, () => E.Either<NoModule, CompiledModule>> {
  const { path, source, kind: declared } = file;
  const javascript = lowered?.code ?? withoutHashbang(source);
  const kind = declared ?? kindBySyntax(transpiler, path, javascript, cache);
  // What was lowered has nothing left that settings are about.
  const left = lowered === undefined ? file.settings : lowered.settings;
  const input = { javascript, lowered, left };
  return kind === 'commonjs'
    ? E.right(() => commonjsModule(transpiler, file, input, cache))
    : scriptModule(transpiler, file, input, cache);
}

/** A file's text as JavaScript or TypeScript that the transpiler understands, and the settings that are left for it. */
interface Input {
  readonly javascript: string;
  readonly lowered: LoweredText | undefined;
  readonly left: CompileSettings | undefined;
}

function scriptModule(
  transpiler: Transpiler,
  file: SourceFile,
  { javascript, lowered, left }: Input,
  cache: CompilationCache,
): E.Either<NoModule, () => E.Either<NoModule, CompiledModule>> {
  const { path, source, hash, kind, variant } = file;
  const text = transpiler.transpile(path, javascript, left);
  if (E.isLeft(text)) return E.left(transpilerProblems(transpiler, text.left, lowered));
  const { imports, dynamicImports, ...runnable } = text.right;
  const scriptName = scriptNameOf(file);
  const maps = () => [...transpiler.sourceMaps(path, javascript, left), lowered?.map ?? []].flat();
  return E.right(() => {
    try {
      const comments = toolComments(file, maps, runnable.headLength);
      const form = { kind: 'script', ...runnable, scriptName, comments, maps } as const;
      const made = runnableModule(form, cache);
      const module: CompiledModule = {
        ...{ path, hash, source, kind, imports, dynamicImports, form },
        ...made,
        ...(variant !== '' && { variant }),
      };
      stackTraces.register(form, path, module);
      return E.right(module);
    } catch (error) {
      return E.left(engineProblem(error, source, maps, runnable.headLength));
    }
  });
}

function commonjsModule(
  transpiler: Transpiler,
  file: SourceFile,
  { javascript, lowered, left }: Input,
  cache: CompilationCache,
): E.Either<NoModule, CompiledModule> {
  const { path, source, hash, kind, variant, isAsWritten = false } = file;
  const scriptName = scriptNameOf(file);
  const mapBefore = lowered?.map;
  try {
    const text = { path, source: javascript, scriptName, settings: left, mapBefore, isAsWritten };
    const compiled = compileCommonjs(transpiler, text, cache);
    if (E.isLeft(compiled)) return E.left(transpilerProblems(transpiler, compiled.left, lowered));
    const { commonjs, dynamicImports, form } = compiled.right;
    const module: CompiledModule = {
      ...{ path, hash, source, kind, imports: [], dynamicImports, form, commonjs },
      ...runsAsCommonjs,
      ...(variant !== '' && { variant }),
    };
    stackTraces.register(form, path, module);
    return E.right(module);
  } catch (error) {
    const made = () =>
      isTranspiled(path) ? transpiler.commonjsMaps(path, javascript, left, false) : [];
    const maps = () => [...made(), mapBefore ?? []].flat();
    return E.left(engineProblem(error, source, maps, 0));
  }
}

function transpilerProblems(
  transpiler: Transpiler,
  problems: readonly SourceProblem[],
  lowered: LoweredText | undefined,
): NoModule {
  const isBeyond = problems.some(({ reason }) => transpiler.isBeyond(reason));
  return { problems: lowered === undefined ? problems : problems.map(lowered.toSource), isBeyond };
}

/** Two versions of a file may be alive at once. The hash gives each its own script name, and so its own source map. */
export function scriptNameOf({ path, hash, variant }: SourceFile): string {
  const id = variant === '' ? hash : digest('sha256', `${hash} ${variant}`);
  return `${path}?${id.slice(0, 12)}`;
}

/** The engine's error about syntax that the transpiler accepts, at the place where it was written. */
function engineProblem(
  error: unknown,
  source: string,
  maps: MakeMaps,
  headLength: number,
): NoModule {
  const reason = error instanceof Error ? error.message : String(error);
  const [where = '', line = '', marks = ''] = String(
    error instanceof Error ? error.stack : '',
  ).split('\n');
  const number = Number(/:(\d+)$/.exec(where)?.[1] ?? 1);
  // The engine prints no mark when the text ends too early.
  const column = marks.includes('^') ? marks.indexOf('^') : line.length;
  const head = number === 1 ? headLength : 0;
  const place = stackTraces.locate(number, column + 1 - head, maps) ?? placeAt(source, 0);
  const marked = `${line.slice(0, column)}\0${line.slice(column)}`;
  return { problems: [{ reason, ...place }], isBeyond: BEYOND_ENGINE.test(marked) };
}

/** A JSON file, whose value is parsed anew for each instance of a plugin. */
export function jsonModule(
  { path, source, hash, kind }: SourceFile,
  cache: CompilationCache,
): E.Either<readonly SourceProblem[], CompiledModule> {
  const problem = jsonProblem(source);
  if (problem !== undefined) return E.left([problem]);
  const parsed = parseJson(source);
  if (E.isLeft(parsed)) return E.left([parsed.left]);
  const made = runnableModule({ kind: 'json', source }, cache);
  const form = { kind: 'json' } as const;
  const none = { imports: [], dynamicImports: [] };
  return E.right({ path, hash, source, kind, ...none, form, ...made, json: source });
}
