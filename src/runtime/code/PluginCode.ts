import type { ModuleGraph } from '../../modules/link/ModuleGraph.js';
import type { ReadManifest } from '../manifest/readManifest.js';

/** The code of a plugin as it was at one time, ready to run. */
export interface PluginCode {
  readonly manifest: ReadManifest;
  readonly graph: ModuleGraph;
  /** Of all files of the graph, in hex. */
  readonly codeHash: string;
}
