import type { MakeMaps } from '../stacks/stackTraces.js';
import type { ToolComments } from '../stacks/toolMap.js';
import type { ModuleOutline } from './ModuleOutline.js';

/** What a module's code may ask for while it runs. It lives exactly as long as any function of the module. */
export interface ModuleScope {
  /** `import.meta`. */
  readonly meta: object;
  /** `import(specifier, options)`. */
  readonly import: (specifier: unknown, options?: unknown) => Promise<object>;
}

/** One instance of a module, whose functions are there and whose code has not run. */
export interface ModuleBody {
  /** A getter for each of the outline's `ownExports`. Throws a ReferenceError while the export has no value yet. */
  readonly getters: readonly (() => unknown)[];
  /** An asynchronous module runs once this has resolved. */
  readonly ready?: Promise<unknown>;
  /** Runs the module. The promise of an asynchronous module settles when its code has ended. */
  readonly run: () => Promise<unknown> | undefined;
}

/** Makes an instance of a module. `imports` has a property per import, by its local name. */
export type MakeBody = (scope: ModuleScope, imports: object) => ModuleBody;

/** Whether V8's compilation cache keeps what is compiled: `off` keeps it out of the cache, `leave` lets V8 decide. */
export type CompilationCache = 'off' | 'leave';

/** Code in runnable form (see `CompiledText`), with what the engine needs to compile it. */
export interface RunnableText {
  readonly code: string;
  /** The names of the two values that the code is called with: its `ModuleScope` and its imports. */
  readonly parameters: readonly string[];
  readonly outline: ModuleOutline;
  /** How many characters stand in front of the first line of the source, on that line. */
  readonly headLength: number;
  /** Tells this code apart from other versions of the file. */
  readonly scriptName: string;
  /** What debuggers, coverage and the header of a fatal error know the code by. */
  readonly comments: ToolComments;
}

/** A CommonJS text in runnable form. */
export interface CommonjsText
  extends Pick<RunnableText, 'code' | 'headLength' | 'scriptName' | 'comments'> {
  /** The word that stands for `import` in its `import(…)`; undefined when it has none. */
  readonly importName: string | undefined;
  /** The word by which a text that has the syntax of modules calls `runConverted`; undefined when it has none. */
  readonly convertName: string | undefined;
}

/** The function that Node would wrap around a CommonJS module. */
export type Wrapper = (...values: readonly unknown[]) => unknown;

/**
 * Makes the wrapper for one run of a CommonJS module. `scope` is an object that then lives exactly as long as any function of the module;
 * `load` is its `import()`.
 */
export type MakeWrapper = (
  scope: object,
  load: (specifier: unknown, options?: unknown) => Promise<object>,
) => Wrapper;

/** How a compiled module is made again in another thread: from its code, or from its JSON text. */
type ModuleForm =
  | (RunnableText & { readonly kind: 'script'; readonly maps: MakeMaps })
  | (CommonjsText & {
      readonly kind: 'commonjs';
      readonly maps: MakeMaps;
      /** Names that an `import` can take from it, as far as its text shows them. */
      readonly names: readonly string[];
      /** Specifiers of modules whose names it passes on. */
      readonly reexports: readonly string[];
      /** Specifiers of each `require` that is written as a literal. */
      readonly requires: readonly string[];
    })
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
  /** The kind that was written for the file when it was compiled; undefined: its syntax decided. */
  readonly kind?: 'module' | 'commonjs' | undefined;
  /** Set for a CommonJS module, which runs by it and not by `run`. */
  readonly commonjs?: MakeWrapper;
  /** Set for JSON: its text. */
  readonly json?: string;
  readonly outline: ModuleOutline;
  readonly makeBody: MakeBody;
}

/** Source code in runnable form: see `linkableText`. */
export interface CompiledText extends Omit<RunnableText, 'scriptName' | 'comments'> {
  /** Specifiers of static imports and re-exports, each once. */
  readonly imports: readonly string[];
  /** Specifiers of dynamic imports that are written as a literal. */
  readonly dynamicImports: readonly string[];
}
