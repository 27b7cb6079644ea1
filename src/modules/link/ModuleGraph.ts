import type { CompiledModule } from '../evaluate/CompiledModule.js';
import type { Resolution } from '../resolve/resolveModule.js';

/** As much of a module as running it needs; a worker has no more. */
export interface LinkedModule {
  readonly compiled: Pick<CompiledModule, 'path' | 'run'>;
  readonly resolutions: ReadonlyMap<string, Resolution>;
}

export interface LinkedGraph {
  readonly entry: string;
  readonly modules: ReadonlyMap<string, LinkedModule>;
}

/** A file of a plugin, compiled, and where its imports lead. */
export interface GraphModule extends LinkedModule {
  readonly compiled: CompiledModule;
  /** Identity of the file when it was read, and whether it can be trusted to tell a later write. */
  readonly identity: string;
  readonly isSettled: boolean;
}

/** What one build of a plugin consists of, by real path. Computed imports add to it while the plugin runs. */
export interface ModuleGraph extends LinkedGraph {
  readonly modules: Map<string, GraphModule>;
  /** Where a file could appear that an import looks for. */
  readonly missing: Set<string>;
}
