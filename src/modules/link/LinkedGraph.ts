import type { RequireTarget } from '../commonjs/resolveRequire.js';
import type { CompiledModule } from '../evaluate/CompiledModule.js';
import type { ModuleOutline } from '../evaluate/ModuleOutline.js';
import type { PathMapping } from '../resolve/pathMapping.js';
import type { Resolution } from '../resolve/resolveModule.js';

/** What is needed to run a module. A worker's thread knows no more of it. */
export interface LinkedModule {
  readonly compiled: Pick<CompiledModule, 'path' | 'outline' | 'makeBody' | 'commonjs' | 'json'>;
  /** Where each import leads, by specifier. */
  readonly resolutions: ReadonlyMap<string, Resolution>;
  /** Where each `require` leads whose specifier the text shows. */
  readonly requires: ReadonlyMap<string, RequireTarget>;
  /**
   * Set for a CommonJS module, whose names depend on the modules that it passes on. Goes before `compiled.outline`, and always gives the same
   * object. Call it when the graph is complete.
   */
  readonly namedOutline?: (() => ModuleOutline) | undefined;
  /** Where its imports by name lead first, as its `tsconfig.json` says: computed imports follow it too. */
  readonly mapping?: PathMapping | undefined;
}

export interface LinkedGraph {
  /** Path of the module that runs first. */
  readonly entry: string;
  /** By real path. */
  readonly modules: ReadonlyMap<string, LinkedModule>;
}
