import { createHash } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import type { CompilationCache } from './compileFunction.js';
import type { CompiledModule } from './CompiledModule.js';
import { placeAt } from './placeAt.js';
import { parseJson } from './parseJson.js';
import { runnableJson } from './runnableJson.js';
import { runnableModule } from './runnableModule.js';
import type { SourceProblem } from './SourceProblem.js';
import { stackTraces } from './stackTraces.js';

/** Loaded with the first file: the native compiler costs a start some milliseconds. */
const loadCompiler = async () => (await import('./oxcCompiler.js')).oxcCompiler;
let loadingCompiler: ReturnType<typeof loadCompiler> | undefined;

export interface ModuleCompiler {
  /** The file's module; from memory when a module of that text is still held by some version. */
  compile(
    path: string,
    source: string,
  ): Promise<E.Either<readonly SourceProblem[], CompiledModule>>;
}

/** A compiler that remembers, by path and content, what somebody still holds; the rest is free to go. */
export function createModuleCompiler(cache: CompilationCache): ModuleCompiler {
  const held = new Map<string, WeakRef<CompiledModule>>();
  const released = new FinalizationRegistry<string>((key) => {
    if (held.get(key)?.deref() === undefined) held.delete(key);
  });
  return {
    async compile(path, source) {
      const hash = createHash('sha256').update(source).digest('hex');
      const key = `${hash} ${path}`;
      const known = held.get(key)?.deref();
      if (known !== undefined) return E.right(known);
      const made = path.endsWith('.json')
        ? jsonModule(path, source, hash)
        : await scriptModule(path, source, hash, cache);
      if (E.isRight(made)) {
        held.set(key, new WeakRef(made.right));
        released.register(made.right, key);
      }
      return made;
    },
  };
}

async function scriptModule(
  path: string,
  source: string,
  hash: string,
  cache: CompilationCache,
): Promise<E.Either<readonly SourceProblem[], CompiledModule>> {
  const oxcCompiler = await (loadingCompiler ??= loadCompiler());
  const text = oxcCompiler.compile(path, source);
  if (E.isLeft(text)) return text;
  const { code, imports, dynamicImports } = text.right;
  // Two versions of a file may be alive at once: each has a script name, and so a source map, of its own.
  const scriptName = `${path}?${hash.slice(0, 12)}`;
  const maps = () => oxcCompiler.sourceMaps(path, source);
  try {
    const run = runnableModule(code, scriptName, cache);
    const form = { kind: 'script', code, scriptName, maps } as const;
    const module: CompiledModule = { path, hash, source, imports, dynamicImports, form, run };
    stackTraces.register(scriptName, path, maps, module);
    return E.right(module);
  } catch (error) {
    // Syntax that the compiler lets through and this Node does not know, such as decorators.
    return E.left([engineProblem(error, scriptName, source, maps)]);
  }
}

function engineProblem(
  error: unknown,
  scriptName: string,
  source: string,
  maps: Parameters<typeof stackTraces.locate>[2],
): SourceProblem {
  const reason = error instanceof Error ? error.message : String(error);
  const [where = '', line = '', marks = ''] = String(
    error instanceof Error ? error.stack : '',
  ).split('\n');
  const number = Number(/:(\d+)$/.exec(where)?.[1] ?? 1);
  const column = Math.max(0, marks.indexOf('^'));
  const hint = line.trimStart().startsWith('@') ? ' (decorators are not known to this Node)' : '';
  const place = stackTraces.locate(number, column + 1, maps) ?? placeAt(source, 0);
  return { reason: `${reason}${hint}`, ...place };
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
