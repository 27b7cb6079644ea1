import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { LinkedGraph, LinkedModule } from './link/LinkedGraph.js';
import type { KnownImport } from './resolve/KnownImport.js';
import type { ReadTsconfig } from './tsconfig/Tsconfigs.js';

export type { CompiledModule } from './evaluate/CompiledModule.js';
export type { LinkedGraph, LinkedModule } from './link/LinkedGraph.js';

/** A compiled file of a plugin, with the targets of its imports and the stamp of the file when it was read. */
export interface GraphModule extends LinkedModule {
  readonly compiled: CompiledModule;
  /** `FileStamp.identity` of the file when it was read. */
  readonly identity: string;
  /** `FileStamp.isSettled` of the file when it was read: whether an equal identity proves equal bytes. */
  readonly isSettled: boolean;
  /** The kind that its extension or a `package.json` told; undefined: its syntax decided. */
  readonly kind: CompiledModule['kind'];
}

/** The outcome of one build. Computed imports add modules to it while the plugin runs. */
export interface ModuleGraph extends LinkedGraph {
  readonly modules: Map<string, GraphModule>;
  /**
   * Paths that were tried and had no file. One that appears would fix an import that leads nowhere, or would be taken instead of what was
   * found: a nearer candidate of an import, a nearer `tsconfig.json`.
   */
  readonly missing: Set<string>;
  /**
   * Files that are no modules and decided something: path → identity when it was read. A `tsconfig.json`, a `package.json`, a required
   * file that is not valid.
   */
  readonly decided: Map<string, string>;
  /** What was read of each `tsconfig.json`: the next build takes over what is unchanged. */
  readonly tsconfigs: Map<string, ReadTsconfig>;
  /** Where relative imports lead: the next build takes over what nothing can have changed. */
  readonly imports: Map<string, KnownImport>;
  /** Where each `require` that no text shows led when it ran. */
  readonly required: Map<string, RequiredAtRunTime>;
  /** Directory → the names in it that a `require` could load, for each directory of which a file was required by a computed name. */
  readonly listed: Map<string, string>;
}

/** One `require` that ran. `path` is undefined when it led to nothing. */
interface RequiredAtRunTime {
  readonly specifier: string;
  readonly importer: string;
  readonly path: string | undefined;
}
