import type { CompiledModule } from './evaluate/CompiledModule.js';
import type { ListedDirectories } from './ListedDirectories.js';
import type { LinkedGraph, LinkedModule } from './link/LinkedGraph.js';
import type { KnownImport } from './resolve/KnownImport.js';
import type { PathMapping } from './resolve/pathMapping.js';
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
  /** Files that are no valid modules, and the kind that was written for each. Another kind may make one valid. */
  readonly refused: Map<string, CompiledModule['kind']>;
  /** What was read of each `tsconfig.json`: the next build takes over what is unchanged. */
  readonly tsconfigs: Map<string, ReadTsconfig>;
  /** Where relative imports lead: the next build takes over what nothing can have changed. */
  readonly imports: Map<string, KnownImport>;
  /** Where each import and `require` that no text shows led when it ran. */
  readonly ledAtRunTime: Map<string, LedAtRunTime>;
  /** Where files were loaded by computed names. */
  readonly listed: ListedDirectories;
}

/** One import or `require` that ran, and that no text shows. */
export interface LedAtRunTime {
  readonly by: 'import' | 'require';
  readonly specifier: string;
  readonly importer: string;
  /** What the importer's `tsconfig.json` said of paths. */
  readonly mapping: PathMapping | undefined;
  /** The file of the plugin that it led to, if it did. */
  readonly path: string | undefined;
  /** That file, or what the host was asked for in place of the specifier; undefined when it led to nothing, or to what it says. */
  readonly to: string | undefined;
}
