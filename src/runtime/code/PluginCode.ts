import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import type { ReadManifest } from '../manifest/readManifest.js';

/** The code of a plugin as it was when it was read, compiled and ready to run. */
export interface PluginCode {
  readonly manifest: ReadManifest;
  readonly graph: ModuleGraph;
  /** SHA-256 over the paths and texts of all modules that the build found, in hex. Computed imports that come later are not in it. */
  readonly codeHash: string;
  /** What the paths of the manifest's `reload-on` lead to; see `DataFiles.stamp`. Left out: nothing. */
  readonly dataStamp?: string;
  /** `TriedVersion.builds`. */
  readonly builds?: readonly string[];
  /** Of the manifest, the modules and the settings; see `fingerprintOf`. Computed imports that come later are not in it. */
  readonly fingerprint: string;
  /** Text of each other file of the folder that the build read, by path: such as a `package.json` that says where imports lead. */
  readonly settings: ReadonlyMap<string, string>;
  /** `TriedVersion.folder`. */
  readonly linkedFolder?: string;
}
