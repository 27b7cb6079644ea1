import type { MakeMaps } from '../stacks/stackTraces.js';

/** What the linker hands to a module while it runs. */
export interface ModuleLinks {
  readonly exports: object;
  readonly meta: object;
  readonly load: (
    specifier: string,
    info?: { readonly importedNames?: readonly string[] },
  ) => Promise<object>;
  readonly loadDynamic: (specifier: unknown) => Promise<object>;
  readonly reExport: (namespace: object) => void;
}

/** Whether V8's compilation cache keeps what is compiled. */
export type CompilationCache = 'off' | 'leave';

/** Code in the linker's form, as an engine compiles it. */
export interface RunnableText {
  readonly code: string;
  /** Lines before the one that counts as line 1. */
  readonly headLineCount: number;
  /** What stacks call it. */
  readonly scriptName: string;
}

/** What a module is made of, for a worker that makes it anew. */
type ModuleForm =
  | (RunnableText & { readonly kind: 'script'; readonly maps: MakeMaps })
  | { readonly kind: 'json' };

/** One file, compiled. Shared by all versions and plugins that hold the same text of it. */
export interface CompiledModule {
  readonly path: string;
  /** Of the source text. */
  readonly hash: string;
  readonly source: string;
  readonly imports: readonly string[];
  readonly dynamicImports: readonly string[];
  readonly form: ModuleForm;
  /** Runs the module once, into new exports. */
  readonly run: (links: ModuleLinks) => Promise<void>;
}

/** A module in the form that the linker runs: the body of an async function, its imports turned into calls. */
export interface CompiledText {
  readonly code: string;
  /** Lines of the code that stand before the first that was written. */
  readonly headLineCount: number;
  /** Specifiers of static imports and re-exports, each once, in no order that matters. */
  readonly imports: readonly string[];
  /** Specifiers of dynamic imports that are written as a literal. */
  readonly dynamicImports: readonly string[];
}
