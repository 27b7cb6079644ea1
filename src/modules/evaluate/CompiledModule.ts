import type { MakeMaps } from '../stacks/stackTraces.js';

/** What a module's code calls while it runs: its exports, its `import.meta`, and its imports. */
export interface ModuleLinks {
  /** The module's namespace, which its code fills with getters. */
  readonly exports: object;
  /** `import.meta`. */
  readonly meta: object;
  /** A static import: resolves to the namespace of the imported module. Rejects when it lacks one of `importedNames`. */
  readonly load: (
    specifier: string,
    info?: { readonly importedNames?: readonly string[] },
  ) => Promise<object>;
  /** `import(specifier)`. */
  readonly loadDynamic: (specifier: unknown) => Promise<object>;
  /** `export * from`: adds the exports of a namespace to the module's own. */
  readonly reExport: (namespace: object) => void;
}

/** Whether V8's compilation cache keeps what is compiled: `off` keeps it out of the cache, `leave` lets V8 decide. */
export type CompilationCache = 'off' | 'leave';

/** Code in runnable form (see `CompiledText`), with what the engine needs to compile it. */
export interface RunnableText {
  readonly code: string;
  /** Number of generated lines before the line that counts as line 1 in stack traces. */
  readonly headLineCount: number;
  /** The file name that stack traces show for this code. */
  readonly scriptName: string;
}

/** How a compiled module is made again in another thread: from its code, or from its JSON text. */
type ModuleForm =
  | (RunnableText & { readonly kind: 'script'; readonly maps: MakeMaps })
  | { readonly kind: 'json' };

/** One file, compiled. All versions and plugins that hold the same text of the file share it. */
export interface CompiledModule {
  readonly path: string;
  /** SHA-256 of the source text, in hex. */
  readonly hash: string;
  readonly source: string;
  /** What it was compiled with beside its text, such as settings of a `tsconfig.json`. Left out: nothing. */
  readonly variant?: string;
  /** Specifiers of static imports and re-exports. */
  readonly imports: readonly string[];
  /** Specifiers of dynamic imports that are written as a literal. */
  readonly dynamicImports: readonly string[];
  readonly form: ModuleForm;
  /** Runs the module once and fills `links.exports`. Resolves when its top-level code has ended. */
  readonly run: (links: ModuleLinks) => Promise<void>;
}

/** Source code in runnable form: the body of an async function, in which imports and exports are calls. */
export interface CompiledText {
  readonly code: string;
  /** Number of generated lines before the first line that a person wrote. */
  readonly headLineCount: number;
  /** Specifiers of static imports and re-exports, each once, in no particular order. */
  readonly imports: readonly string[];
  /** Specifiers of dynamic imports that are written as a literal. */
  readonly dynamicImports: readonly string[];
}
