import { hasContent } from './freshness.js';
import type { ModuleGraph } from '../../modules/ModuleGraph.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';

/** Whether the files that the serving code imported by computed names, which no build can know of, still have their content. */
export function hasSameExtras(
  files: PluginFiles,
  serving: ModuleGraph,
  built: ModuleGraph,
): boolean {
  for (const [path, module] of serving.modules) {
    if (!built.modules.has(path) && !hasContent(files, path, module)) return false;
  }
  return true;
}
