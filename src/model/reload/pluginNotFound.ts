import type { PluginNotFound } from './ReloadError.js';
import { closestName } from '../closestName.js';

export function pluginNotFound(plugin: string, loaded: readonly string[]): PluginNotFound {
  const meant = closestName(plugin, loaded);
  const list = loaded.length === 0 ? 'none is loaded' : `loaded are ${loaded.join(', ')}`;
  const hint = meant === undefined ? list : `did you mean "${meant}"?`;
  return { _tag: 'PluginNotFound', plugin, message: `No plugin "${plugin}" is loaded; ${hint}` };
}
