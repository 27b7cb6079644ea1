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
