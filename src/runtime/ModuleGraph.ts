import type { CompiledModule } from './CompiledModule.js';
import type { Resolution } from './resolveModule.js';

/** A file of a plugin, compiled, and where its imports lead. */
export interface GraphModule {
  readonly compiled: CompiledModule;
  /** Identity of the file when it was read, and whether it can be trusted to tell a later write. */
  readonly identity: string;
  readonly isSettled: boolean;
  readonly resolutions: ReadonlyMap<string, Resolution>;
}

/** What one build of a plugin consists of, by real path. Computed imports add to it while the plugin runs. */
export interface ModuleGraph {
  readonly entry: string;
  readonly modules: Map<string, GraphModule>;
  /** Where a file could appear that an import looks for. */
  readonly missing: Set<string>;
}
