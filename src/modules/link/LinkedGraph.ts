import type { CompiledModule } from '../evaluate/CompiledModule.js';
import type { PathMapping } from '../resolve/pathMapping.js';
import type { Resolution } from '../resolve/resolveModule.js';

/** What is needed to run a module. A worker's thread knows no more of it. */
export interface LinkedModule {
  readonly compiled: Pick<CompiledModule, 'path' | 'outline' | 'makeBody'>;
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
