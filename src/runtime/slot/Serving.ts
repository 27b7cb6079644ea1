import type { PluginInstance } from '../instances/PluginInstance.js';
import type { PluginVersion } from './PluginVersion.js';

/** What answers a plugin's calls. */
export interface Serving {
  readonly version: PluginVersion;
  readonly instance: PluginInstance;
}
