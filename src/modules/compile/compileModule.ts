import { hash as digest } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { checkCommonjs, commonjsText, withoutHashbang } from './commonjs.js';
import { runnableJson, runnableModule } from '../evaluate/runnable.js';
import type { CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import { placeAt, type SourceProblem } from '../places/textPlace.js';
import { parseJson } from '../places/parseJson.js';
import { stackTraces, type MakeMaps } from '../stacks/stackTraces.js';
import type { LoadTypescript, LoweredText } from './typescriptCompiler.js';

/** Loaded with the first file: the native compiler costs a start some milliseconds. */
const loadCompiler = async () => (await import('./oxcCompiler.js')).oxcCompiler;
type Compiler = Awaited<ReturnType<typeof loadCompiler>>;
let loadingCompiler: Promise<Compiler> | undefined;

export interface ModuleCompiler {
  /** The file's module; from memory when a module of that text is still held by some version. */
  compile(
    path: string,
    source: string,
  ): Promise<E.Either<readonly SourceProblem[], CompiledModule>>;
}

/** A compiler that remembers, by path and content, what somebody still holds; the rest is free to go. */
export function createModuleCompiler(
  cache: CompilationCache,
  loadTypescript?: LoadTypescript,
): ModuleCompiler {
  const held = new Map<string, WeakRef<CompiledModule>>();
  const released = new FinalizationRegistry<string>((key) => {
    if (held.get(key)?.deref() === undefined) held.delete(key);
  });
  return {
    async compile(path, source) {
      const hash = digest('sha256', source);
      const key = `${hash} ${path}`;
      const known = held.get(key)?.deref();
      if (known !== undefined) return E.right(known);
      const made = path.endsWith('.json')
        ? jsonModule(path, source, hash)
        : await scriptModule({ path, source, hash }, cache, loadTypescript);
      if (E.isRight(made)) {
        held.set(key, new WeakRef(made.right));
        released.register(made.right, key);
      }
      return made;
    },
  };
}

interface SourceFile {
  readonly path: string;
  readonly source: string;
  readonly hash: string;
}

async function scriptModule(
  file: SourceFile,
  cache: CompilationCache,
  loadTypescript: LoadTypescript | undefined,
): Promise<E.Either<readonly SourceProblem[], CompiledModule>> {
  const { path, source } = file;
  const compiler = await (loadingCompiler ??= loadCompiler());
  const direct = moduleOf(compiler, file, cache);
  if (E.isRight(direct)) return direct;
  if (!direct.left.isDecorator) return E.left(direct.left.problems);
  const { lowerWithTypescript } = await import('./typescriptCompiler.js');
  const lowered = await lowerWithTypescript(path, withoutHashbang(source), loadTypescript);
  if (E.isLeft(lowered)) return lowered;
  const module = moduleOf(compiler, file, cache, lowered.right);
  return E.isLeft(module) ? E.left(module.left.problems) : module;
}

interface NoModule {
  readonly problems: readonly SourceProblem[];
  /** The compiler lets decorators through, and this Node does not know them. */
  readonly isDecorator: boolean;
}

function moduleOf(
  compiler: Compiler,
  { path, source, hash }: SourceFile,
  cache: CompilationCache,
  lowered?: LoweredText,
): E.Either<NoModule, CompiledModule> {
  const isCommonjs = path.endsWith('.cjs');
  const javascript = lowered?.code ?? withoutHashbang(source);
  const text = isCommonjs ? E.right(commonjsText(javascript)) : compiler.compile(path, javascript);
  if (E.isLeft(text)) return E.left({ problems: text.left, isDecorator: false });
  const { code, headLineCount, imports, dynamicImports } = text.right;
  // Two versions of a file may be alive at once: each has a script name, and so a source map, of its own.
  const scriptName = `${path}?${hash.slice(0, 12)}`;
  const maps = () =>
    isCommonjs ? [] : [...compiler.sourceMaps(path, javascript), lowered?.map ?? []].flat();
  try {
    if (isCommonjs) checkCommonjs(javascript, scriptName, cache);
    const form = { kind: 'script', code, headLineCount, scriptName, maps } as const;
    const run = runnableModule(form, cache);
    const module: CompiledModule = { path, hash, source, imports, dynamicImports, form, run };
    stackTraces.register(scriptName, path, maps, module);
    return E.right(module);
  } catch (error) {
    return E.left(engineProblem(error, source, maps));
  }
}

/** What the engine says of syntax that the compiler lets through. */
function engineProblem(error: unknown, source: string, maps: MakeMaps): NoModule {
  const reason = error instanceof Error ? error.message : String(error);
  const [where = '', line = '', marks = ''] = String(
    error instanceof Error ? error.stack : '',
  ).split('\n');
  const number = Number(/:(\d+)$/.exec(where)?.[1] ?? 1);
  // Without a mark it is the end of the text.
  const column = marks.includes('^') ? marks.indexOf('^') : line.length;
  const place = stackTraces.locate(number, column + 1, maps) ?? placeAt(source, 0);
  return { problems: [{ reason, ...place }], isDecorator: line[column] === '@' };
}

function jsonModule(
  path: string,
  source: string,
  hash: string,
): E.Either<readonly SourceProblem[], CompiledModule> {
  const parsed = parseJson(source);
  if (E.isLeft(parsed)) return E.left([parsed.left]);
  const run = runnableJson(source);
  const form = { kind: 'json' } as const;
  return E.right({ path, hash, source, imports: [], dynamicImports: [], form, run });
}
