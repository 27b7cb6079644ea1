import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { LinkedGraph, LinkedModule } from './link/LinkedGraph.js';
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
}

/** The outcome of one build. Computed imports add modules to it while the plugin runs. */
export interface ModuleGraph extends LinkedGraph {
  readonly modules: Map<string, GraphModule>;
  /**
   * Paths that were tried and had no file. One that appears would fix an import that leads nowhere, or would be taken instead of what was
   * found: a nearer candidate of an import, a nearer `tsconfig.json`.
   */
  readonly missing: Set<string>;
  /** Files that are no modules and decided how modules are read, such as `tsconfig.json`: path → identity when it was read. */
  readonly decided: Map<string, string>;
  /** What was read of each `tsconfig.json`: the next build takes over what is unchanged. */
  readonly tsconfigs: Map<string, ReadTsconfig>;
}
