/** What a module asks for by an import or a re-export, each pair of specifier and attributes once. */
export interface ModuleRequest {
  readonly specifier: string;
  /** `with { type: 'json' }`. */
  readonly attributes?: Readonly<Record<string, string>>;
}

/** A name of another module. Without a name: its namespace. */
interface RequestedName {
  /** Index in `requests`. */
  readonly request: number;
  readonly name: string | undefined;
}

/** `import { name as local } from`. */
export interface ImportedName extends RequestedName {
  readonly local: string;
}

/** `export { name as exported } from`, and an export of what was imported. */
export interface PassedName extends RequestedName {
  readonly exported: string;
}

/** An export of the module's own: two of one variable are the same binding. */
export interface OwnExport {
  readonly exported: string;
  readonly local: string;
}

/** What a module imports and exports, as its text says. Plain data: it travels to workers. */
export interface ModuleOutline {
  /** In the order in which they are written, which is the order in which modules run. */
  readonly requests: readonly ModuleRequest[];
  readonly imports: readonly ImportedName[];
  /** In the order of the module's getters: see `ModuleBody`. */
  readonly ownExports: readonly OwnExport[];
  readonly passedExports: readonly PassedName[];
  /** Requests of `export * from`. */
  readonly starExports: readonly number[];
  /** Whether the module awaits at its top level. */
  readonly isAsync: boolean;
  /** Whether it may have more exports, which are known once it has run. */
  readonly isOpen?: boolean;
}

export const EMPTY_OUTLINE: ModuleOutline = {
  requests: [],
  imports: [],
  ownExports: [],
  passedExports: [],
  starExports: [],
  isAsync: false,
};
