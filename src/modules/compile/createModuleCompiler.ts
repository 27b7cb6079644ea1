import { hash as digest } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import { runnableModule } from '../evaluate/runnableModule.js';
import { jsonProblem } from '../places/jsonProblem.js';
import { parseJson } from '../places/parseJson.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { type MakeMaps, stackTraces } from '../stacks/stackTraces.js';
import type { CompileSettings } from '../tsconfig/TsconfigSettings.js';
import { checkCommonjs, commonjsText, withoutHashbang } from './commonjs.js';
import { decoratesStaticFirst } from './legacyDecorators.js';
import type { LoadTypescript, LoweredText } from './lowerSyntax.js';
import { loweringProblem, sourceProblem } from './sourceProblem.js';

/** Where the engine stops at syntax that the transpiler leaves as it is: before `@`, and after `accessor`. */
const BEYOND_ENGINE = /(?:^|[^\w$])(?:\0@|accessor\s+\0)/;

/** Loaded with the first file: loading the native compiler takes some milliseconds, which a start should not wait for. */
const loadTranspiler = async () => (await import('./transpileTypescript.js')).transpiler;
type Transpiler = Awaited<ReturnType<typeof loadTranspiler>>;
let loadingTranspiler: Promise<Transpiler> | undefined;

/**
 * A longer source is first looked at for errors in a thread of the compiler's, which takes a small part of the time of all. Errors cost oxc
 * the square of their count: 100,000 of one kind 38 s, those of this length 0.3 s.
 *
 * @source measured on oxc-transform 0.151: `let a;` repeated
 */
const LARGE_LENGTH = 64 * 1024;

/** The port to a compiler: source text to a module that can run. */
export interface ModuleCompiler {
  /**
   * Compiles the text of a file. `path` decides the language, by its extension. Left: why the text is not valid, the first problem
   * first. A rejection fails the reload as well. `settings` are those of the file's `tsconfig.json`; undefined: the defaults.
   */
  compile(
    path: string,
    source: string,
    settings?: CompileSettings,
  ): Promise<E.Either<readonly SourceProblem[], CompiledModule>>;
}

/**
 * A compiler that returns the same module for the same path and text, for as long as any version holds that module. It does not keep any
 * module alive itself.
 */
export function createModuleCompiler(
  cache: CompilationCache,
  loadTypescript?: LoadTypescript,
): ModuleCompiler {
  /** By hash and path. */
  const held = new Map<string, WeakRef<CompiledModule>>();
  const collected = new FinalizationRegistry<string>((key) => {
    // The same text may have been compiled again before this callback ran.
    if (held.get(key)?.deref() === undefined) held.delete(key);
  });
  return {
    async compile(path, source, settings) {
      const hash = digest('sha256', source);
      const variant = variantOf(settings);
      const key = `${hash} ${variant} ${path}`;
      const known = held.get(key)?.deref();
      if (known !== undefined) return E.right(known);
      const made = path.endsWith('.json')
        ? jsonModule({ path, source, hash }, cache)
        : await scriptModule({ path, source, hash, variant, settings }, cache, loadTypescript);
      if (E.isRight(made)) {
        held.set(key, new WeakRef(made.right));
        collected.register(made.right, key);
      }
      return made;
    },
  };
}

interface SourceFile {
  readonly path: string;
  readonly source: string;
  readonly hash: string;
  readonly variant?: string;
  readonly settings?: CompileSettings | undefined;
}

async function scriptModule(
  file: SourceFile,
  cache: CompilationCache,
  loadTypescript: LoadTypescript | undefined,
): Promise<E.Either<readonly SourceProblem[], CompiledModule>> {
  const { path, source, settings } = file;
  const problem = await sourceProblem(path, source);
  if (problem !== undefined) return E.left([problem]);
  const transpiler = await (loadingTranspiler ??= loadTranspiler());
  if (source.length > LARGE_LENGTH && !path.endsWith('.cjs')) {
    const problems = await transpiler.findProblems(path, withoutHashbang(source), settings);
    if (problems.length > 0) return E.left(problems);
  }
  const direct = moduleOf(transpiler, file, cache);
  if (E.isRight(direct) && !isOutOfOrder(direct.right, settings)) return direct;
  if (E.isLeft(direct) && !direct.left.isBeyond) return E.left(direct.left.problems);
  const tooLarge = loweringProblem(source);
  if (tooLarge !== undefined) return E.left([tooLarge]);
  const { lowerSyntax } = await import('./lowerSyntax.js');
  const lowered = await lowerSyntax(path, withoutHashbang(source), settings, loadTypescript);
  // Without TypeScript, decorators of static members run too early: better than not at all.
  if (E.isLeft(lowered)) return E.isRight(direct) ? direct : lowered;
  const module = moduleOf(transpiler, file, cache, lowered.right);
  return E.isLeft(module) ? E.left(module.left.problems) : module;
}

/** Whether a module decorates members in another order than TypeScript. */
function isOutOfOrder({ form }: CompiledModule, settings: CompileSettings | undefined): boolean {
  const isDecorated = settings?.legacyDecorators !== undefined && form.kind === 'script';
  return isDecorated && decoratesStaticFirst(form.code);
}

/** Tells the settings that modules may be compiled with apart. Empty for the defaults. */
export function variantOf(settings: CompileSettings | undefined): string {
  return settings === undefined ? '' : JSON.stringify(settings);
}

/** Why a text gave no module. */
interface NoModule {
  readonly problems: readonly SourceProblem[];
  /** The first problem is syntax that the transpiler cannot lower, and that this version of Node cannot run: TypeScript can. */
  readonly isBeyond: boolean;
}

function moduleOf(
  transpiler: Transpiler,
  { path, source, hash, variant = '', settings }: SourceFile,
  cache: CompilationCache,
  lowered?: LoweredText,
): E.Either<NoModule, CompiledModule> {
  const isCommonjs = path.endsWith('.cjs');
  const javascript = lowered?.code ?? withoutHashbang(source);
  // What was lowered has nothing left that settings are about.
  const left = lowered === undefined ? settings : lowered.settings;
  const text = isCommonjs
    ? E.right(commonjsText(javascript))
    : transpiler.transpile(path, javascript, left);
  if (E.isLeft(text)) {
    const isBeyond = text.left.some(({ reason }) => transpiler.isBeyond(reason));
    const problems = lowered === undefined ? text.left : text.left.map(lowered.toSource);
    return E.left({ problems, isBeyond });
  }
  const { code, headLineCount, imports, dynamicImports } = text.right;
  // Two versions of a file may be alive at once. The hash gives each its own script name, and so its own source map.
  const id = variant === '' ? hash : digest('sha256', `${hash} ${variant}`);
  const scriptName = `${path}?${id.slice(0, 12)}`;
  const maps = () =>
    isCommonjs ? [] : [...transpiler.sourceMaps(path, javascript, left), lowered?.map ?? []].flat();
  try {
    if (isCommonjs) checkCommonjs(javascript, scriptName, cache);
    const form = { kind: 'script', code, headLineCount, scriptName, maps } as const;
    const run = runnableModule(form, cache);
    const module: CompiledModule = {
      ...{ path, hash, source, imports, dynamicImports, form, run },
      ...(variant !== '' && { variant }),
    };
    stackTraces.register(scriptName, path, maps, module);
    return E.right(module);
  } catch (error) {
    return E.left(engineProblem(error, source, maps));
  }
}

/** The engine's error about syntax that the transpiler accepts, at the place where it was written. */
function engineProblem(error: unknown, source: string, maps: MakeMaps): NoModule {
  const reason = error instanceof Error ? error.message : String(error);
  const [where = '', line = '', marks = ''] = String(
    error instanceof Error ? error.stack : '',
  ).split('\n');
  const number = Number(/:(\d+)$/.exec(where)?.[1] ?? 1);
  // The engine prints no mark when the text ends too early.
  const column = marks.includes('^') ? marks.indexOf('^') : line.length;
  const place = stackTraces.locate(number, column + 1, maps) ?? placeAt(source, 0);
  const marked = `${line.slice(0, column)}\0${line.slice(column)}`;
  return { problems: [{ reason, ...place }], isBeyond: BEYOND_ENGINE.test(marked) };
}

function jsonModule(
  { path, source, hash }: SourceFile,
  cache: CompilationCache,
): E.Either<readonly SourceProblem[], CompiledModule> {
  const problem = jsonProblem(source);
  if (problem !== undefined) return E.left([problem]);
  const parsed = parseJson(source);
  if (E.isLeft(parsed)) return E.left([parsed.left]);
  const run = runnableModule({ kind: 'json', source }, cache);
  const form = { kind: 'json' } as const;
  return E.right({ path, hash, source, imports: [], dynamicImports: [], form, run });
}
