import { hash as digest } from 'node:crypto';
import * as E from 'fp-ts/lib/Either.js';
import { readsMaps } from '../adapters/tools.js';
import { typescriptStamp } from '../adapters/typescriptStamp.js';
import type { ModuleStore } from '../cache/StoredModule.js';
import { restoredModule, storedModule } from '../cache/storedModules.js';
import type { ModuleKind } from '../commonjs/moduleKind.js';
import type { CompilationCache, CompiledModule } from '../evaluate/CompiledModule.js';
import type { SourceProblem } from '../places/textPlace.js';
import { isLaborious, sourceProblemNow } from '../scan/sourceProblem.js';
import type { CompileSettings } from '../tsconfig/TsconfigSettings.js';
import {
  compileFile,
  jsonModule,
  type SourceFile,
  scriptNameOf,
  variantOf,
  withoutHashbang,
} from './compileFile.js';
import { type CompileTools, compileWhole, type Made, problemsOf } from './compileWhole.js';
import type { LoadTypescript } from './lowerSyntax.js';
import { NEWER } from './transformOptions.js';
import type { Transpiler } from './transpileTypescript.js';

/** Loaded with the first file: loading the native compiler takes some milliseconds, which a start should not wait for. */
const loadTranspiler = async () => (await import('./transpileTypescript.js')).transpiler;
let loadingTranspiler: Promise<Transpiler> | undefined;
/** Undefined until a file was compiled. A `require` cannot wait for it, and never comes before the first file. */
let loadedTranspiler: Transpiler | undefined;

/** The port to a compiler: source text to a module that can run. */
export interface ModuleCompiler {
  /**
   * Compiles the text of a file. `path` decides the language, by its extension. Left: why the text is not valid, the first problem
   * first. A rejection fails the reload as well. `settings` are those of the file's `tsconfig.json`; undefined: the defaults. `kind` is the
   * kind of module that the extension or a `package.json` tells; left out or undefined: the syntax decides. A build asks for up to 16 files at
   * once.
   */
  compile(
    path: string,
    source: string,
    settings?: CompileSettings,
    kind?: ModuleKind,
  ): Promise<E.Either<readonly SourceProblem[], CompiledModule>>;
  /**
   * The same at once, for a `require` that no text shows. Left out: such a `require` fails, and only those that are written as a literal
   * work.
   */
  compileNow?(
    path: string,
    source: string,
    settings?: CompileSettings,
    kind?: ModuleKind,
  ): E.Either<readonly SourceProblem[], CompiledModule>;
}

/**
 * A compiler that returns the same module for the same path and text, for as long as any version holds that module. It does not keep any
 * module alive itself.
 *
 * @param store - Keeps what was compiled for later starts. Left out: nothing is kept.
 */
export function createModuleCompiler(
  cache: CompilationCache,
  loadTypescript?: LoadTypescript,
  store?: ModuleStore,
): ModuleCompiler {
  /** By hash and path. */
  const held = new Map<string, WeakRef<CompiledModule>>();
  /** What is being compiled: several plugins that share a file are built at the same time. */
  const underWay = new Map<string, Promise<Made>>();
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
    async compile(path, source, settings, kind) {
      const file = fileOf(path, source, settings, kind);
      const key = keyOf(file);
      const known = held.get(key)?.deref();
      if (known !== undefined) return E.right(known);
      if (path.endsWith('.json')) return keep(key, jsonModule(file, cache));
      const others = underWay.get(key);
      if (others !== undefined) return others;
      const making = restoreOrCompile(file, key, { cache, loadTypescript, store })
        .then((made) => keep(key, made))
        .finally(() => underWay.delete(key));
      underWay.set(key, making);
      return making;
    },

    compileNow(path, source, settings, kind) {
      const file = fileOf(path, source, settings, kind);
      const known = held.get(keyOf(file))?.deref();
      if (known !== undefined) return E.right(known);
      if (path.endsWith('.json')) return keep(keyOf(file), jsonModule(file, cache));
      if (loadedTranspiler === undefined) throw new Error('the transpiler is not loaded yet');
      const key = keyOf(file);
      const parts = { cache, loadTypescript, store };
      const restored = restore(loadedTranspiler, file, storeKeyOf(key), parts);
      if (restored !== undefined) return keep(key, E.right(restored));
      const problem = sourceProblemNow(path, source);
      if (problem !== undefined) return E.left([problem]);
      const isAsWritten = isLaborious(source) && !NEWER.test(source);
      const made = problemsOf(compileFile(loadedTranspiler, { ...file, isAsWritten }, cache));
      if (E.isRight(made)) keepForLater(made.right, storeKeyOf(key), undefined, parts);
      return keep(key, made);
    },
  };
}

function fileOf(
  path: string,
  source: string,
  settings: CompileSettings | undefined,
  kind: ModuleKind | undefined,
): SourceFile {
  const hash = digest('sha256', source);
  return { path, source, hash, kind, settings, variant: variantOf(settings) };
}

/** The kind is in the key: the same text runs differently when a `package.json` changes its kind. */
function keyOf({ path, hash, kind, variant }: SourceFile): string {
  return `${hash} ${variant} ${kind ?? 'syntax'} ${path}`;
}

interface Parts extends CompileTools {
  readonly store: ModuleStore | undefined;
}

/** Independent of what this process is: the environment is that of the store. */
function storeKeyOf(key: string): string {
  return digest('sha256', key);
}

async function restoreOrCompile(file: SourceFile, key: string, parts: Parts): Promise<Made> {
  // Also where nothing is left to be compiled: stacks need it, and cannot wait.
  const transpiler = loadedTranspiler ?? (await (loadingTranspiler ??= loadTranspiler()));
  loadedTranspiler = transpiler;
  const storeKey = parts.store === undefined ? '' : storeKeyOf(key);
  const restored = restore(transpiler, file, storeKey, parts);
  if (restored !== undefined) return E.right(restored);
  const { made, kept } = await compileWhole(transpiler, file, parts);
  if (E.isRight(made) && kept !== undefined) {
    keepForLater(made.right, storeKey, kept.typescript, parts);
  }
  return made;
}

/** The module that an earlier process has compiled. Undefined: it is to be compiled. */
function restore(
  transpiler: Transpiler,
  file: SourceFile,
  storeKey: string,
  { cache, store, loadTypescript }: Parts,
): CompiledModule | undefined {
  // A debugger or coverage wants maps in the text, for which nothing was kept.
  if (store === undefined || readsMaps()) return undefined;
  const stored = store.get(storeKey);
  if (stored === undefined) return undefined;
  const { typescript } = stored;
  const isOtherTypescript =
    typescript !== undefined &&
    (loadTypescript !== undefined || typescript !== typescriptStamp(file.path));
  if (isOtherTypescript) return undefined;
  try {
    const { path, source, settings } = file;
    const sourceMaps = () => transpiler.sourceMaps(path, withoutHashbang(source), settings);
    const kept = { ...file, scriptName: scriptNameOf(file), sourceMaps };
    const module = restoredModule(kept, stored, cache);
    store.note('restored');
    return module;
  } catch {
    // The engine refuses what it took before: the compilation says why.
    return undefined;
  }
}

function keepForLater(
  module: CompiledModule,
  storeKey: string,
  typescript: string | undefined,
  { cache, store }: Parts,
): void {
  if (store === undefined) return;
  store.note('compiled');
  if (!readsMaps()) store.put(storeKey, () => storedModule(module, typescript, cache));
}
