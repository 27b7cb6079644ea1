import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { PathMapping } from './resolve/pathMapping.js';
import type { Resolution } from './resolve/resolveModule.js';
import type { ReadTsconfig } from './tsconfig/Tsconfigs.js';

export type { CompiledModule } from './evaluate/CompiledModule.js';

/** What is needed to run a module. A worker's thread knows no more of it. */
export interface LinkedModule {
  readonly compiled: Pick<CompiledModule, 'path' | 'run'>;
  /** Where each import leads, by specifier. */
  readonly resolutions: ReadonlyMap<string, Resolution>;
  /** Where its imports by name lead first, as its `tsconfig.json` says: computed imports follow it too. */
  readonly mapping?: PathMapping | undefined;
}

export interface LinkedGraph {
  /** Path of the module that runs first. */
  readonly entry: string;
  /** By real path. */
  readonly modules: ReadonlyMap<string, LinkedModule>;
}

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
