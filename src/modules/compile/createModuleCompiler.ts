import { hash as digest } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { ModuleKind } from '../commonjs/moduleKind.js';
import type { CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import { runnableModule, runsAsCommonjs } from '../evaluate/runnableModule.js';
import { jsonProblem } from '../places/jsonProblem.js';
import { parseJson } from '../places/parseJson.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { type MakeMaps, stackTraces } from '../stacks/stackTraces.js';
import { compileCommonjs } from './compileCommonjs.js';
import { isTranspiled, kindBySyntax } from './decideKind.js';
import type { LoadTypescript, LoweredText } from './lowerDecorators.js';
import { loweringProblem, sourceProblem, sourceProblemNow } from './sourceProblem.js';
import type { Transpiler } from './transpileTypescript.js';

/** Loaded with the first file: loading the native compiler takes some milliseconds, which a start should not wait for. */
const loadTranspiler = async () => (await import('./transpileTypescript.js')).transpiler;
/** Undefined until a file was compiled. A `require` cannot wait for it, and never comes before the first file. */
let loadedTranspiler: Transpiler | undefined;
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
   * Compiles the text of a file. `path` decides the language, by its extension. `kind` is the kind of module that the extension or a
   * `package.json` tells; left out or undefined: the syntax decides. Left: why the text is not valid, the first problem first. A rejection
   * fails the reload as well.
   */
  compile(
    path: string,
    source: string,
    kind?: ModuleKind,
  ): Promise<E.Either<readonly SourceProblem[], CompiledModule>>;
  /**
   * The same at once, for a `require` that no text shows. Left out: such a `require` fails, and only those that are written as a literal
   * work.
   */
  compileNow?(
    path: string,
    source: string,
    kind?: ModuleKind,
  ): E.Either<readonly SourceProblem[], CompiledModule>;
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
  const keep = (key: string, made: Made): Made => {
    if (E.isRight(made)) {
      held.set(key, new WeakRef(made.right));
      collected.register(made.right, key);
    }
    return made;
  };
  return {
    async compile(path, source, kind) {
      const file = { path, source, hash: digest('sha256', source), kind };
      const known = held.get(keyOf(file))?.deref();
      if (known !== undefined) return E.right(known);
      if (!path.endsWith('.json')) {
        const problem = await sourceProblem(path, source);
        if (problem !== undefined) return E.left([problem]);
        const transpiler = loadedTranspiler ?? (await (loadingTranspiler ??= loadTranspiler()));
        loadedTranspiler = transpiler;
        // A text of CommonJS is read by the engine alone.
        const isRead = isTranspiled(path) || kind !== 'commonjs';
        if (source.length > LARGE_LENGTH && isRead && /\.m?js$|\.[cm]?tsx?$|\.jsx$/.test(path)) {
          const problems = await transpiler.findProblems(path, withoutHashbang(source), kind);
          if (problems.length > 0) return E.left(problems);
        }
      }
      const made = compileFile(file, cache);
      if (E.isRight(made) || !made.left.isDecorator) return keep(keyOf(file), problemsOf(made));
      const tooLarge = loweringProblem(source);
      if (tooLarge !== undefined) return E.left([tooLarge]);
      const { lowerDecorators } = await import('./lowerDecorators.js');
      const lowered = await lowerDecorators(path, withoutHashbang(source), loadTypescript);
      if (E.isLeft(lowered)) return lowered;
      return keep(keyOf(file), problemsOf(compileFile(file, cache, lowered.right)));
    },

    compileNow(path, source, kind) {
      const file = { path, source, hash: digest('sha256', source), kind };
      const known = held.get(keyOf(file))?.deref();
      if (known !== undefined) return E.right(known);
      const problem = path.endsWith('.json') ? undefined : sourceProblemNow(path, source);
      if (problem !== undefined) return E.left([problem]);
      return keep(keyOf(file), problemsOf(compileFile(file, cache)));
    },
  };
}

type Made = E.Either<readonly SourceProblem[], CompiledModule>;

interface SourceFile {
  readonly path: string;
  readonly source: string;
  readonly hash: string;
  readonly kind: ModuleKind | undefined;
}

/** The kind is in the key: the same text runs differently when a `package.json` changes its kind. */
function keyOf({ path, hash, kind }: SourceFile): string {
  return `${hash} ${kind ?? 'syntax'} ${path}`;
}

function problemsOf(made: E.Either<NoModule, CompiledModule>): Made {
  return E.isLeft(made) ? E.left(made.left.problems) : made;
}

function compileFile(
  file: SourceFile,
  cache: CompilationCache,
  lowered?: LoweredText,
): E.Either<NoModule, CompiledModule> {
  const { path } = file;
  const isDecorator = false;
  if (path.endsWith('.json')) {
    const made = jsonModule(file, cache);
    return E.isLeft(made) ? E.left({ problems: made.left, isDecorator }) : made;
  }
  if (loadedTranspiler === undefined) throw new Error('the transpiler is not loaded yet');
  return moduleOf(loadedTranspiler, file, cache, lowered);
}

/** Turns a first line `#!…`, which is not allowed inside a function, into a comment. Lines and columns stay as they are. */
function withoutHashbang(source: string): string {
  return source.startsWith('#!') ? `//${source.slice(2)}` : source;
}

/** Why a text gave no module. */
interface NoModule {
  readonly problems: readonly SourceProblem[];
  /** The first problem is a decorator: the transpiler leaves decorators as they are, and this version of Node cannot run them. */
  readonly isDecorator: boolean;
}

function moduleOf(
  transpiler: Transpiler,
  file: SourceFile,
  cache: CompilationCache,
  lowered?: LoweredText,
): E.Either<NoModule, CompiledModule> {
  const { path, source, kind: declared } = file;
  const javascript = lowered?.code ?? withoutHashbang(source);
  const kind = declared ?? kindBySyntax(transpiler, path, javascript, cache);
  return kind === 'commonjs'
    ? commonjsModule(transpiler, file, { javascript, lowered }, cache)
    : scriptModule(transpiler, file, { javascript, lowered }, cache);
}

/** A file's text as JavaScript or TypeScript that the transpiler understands. */
interface Input {
  readonly javascript: string;
  readonly lowered: LoweredText | undefined;
}

function scriptModule(
  transpiler: Transpiler,
  { path, source, hash, kind }: SourceFile,
  { javascript, lowered }: Input,
  cache: CompilationCache,
): E.Either<NoModule, CompiledModule> {
  const text = transpiler.transpile(path, javascript);
  if (E.isLeft(text)) return E.left({ problems: text.left, isDecorator: false });
  const { imports, dynamicImports, ...runnable } = text.right;
  const scriptName = scriptNameOf(path, hash);
  const maps = () => [...transpiler.sourceMaps(path, javascript), lowered?.map ?? []].flat();
  try {
    const form = { kind: 'script', ...runnable, scriptName, maps } as const;
    const made = runnableModule(form, cache);
    const module: CompiledModule = {
      ...{ path, hash, source, kind, imports, dynamicImports, form },
      ...made,
    };
    stackTraces.register(scriptName, path, maps, module);
    return E.right(module);
  } catch (error) {
    return E.left(engineProblem(error, source, maps));
  }
}

function commonjsModule(
  transpiler: Transpiler,
  { path, source, hash, kind }: SourceFile,
  { javascript, lowered }: Input,
  cache: CompilationCache,
): E.Either<NoModule, CompiledModule> {
  const scriptName = scriptNameOf(path, hash);
  try {
    const file = { path, source: javascript, scriptName };
    const compiled = compileCommonjs(transpiler, file, cache);
    if (E.isLeft(compiled)) return E.left({ problems: compiled.left, isDecorator: false });
    const { commonjs, dynamicImports } = compiled.right;
    const maps = () => [...compiled.right.form.maps(), lowered?.map ?? []].flat();
    const form = { ...compiled.right.form, maps };
    const module: CompiledModule = {
      ...{ path, hash, source, kind, dynamicImports, form, commonjs },
      imports: [],
      ...runsAsCommonjs,
    };
    stackTraces.register(scriptName, path, maps, module);
    return E.right(module);
  } catch (error) {
    const maps = () => (isTranspiled(path) ? transpiler.commonjsMaps(path, javascript, false) : []);
    return E.left(engineProblem(error, source, maps));
  }
}

/** Two versions of a file may be alive at once. The hash gives each its own script name, and so its own source map. */
function scriptNameOf(path: string, hash: string): string {
  return `${path}?${hash.slice(0, 12)}`;
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
  return { problems: [{ reason, ...place }], isDecorator: line[column] === '@' };
}

function jsonModule(
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
