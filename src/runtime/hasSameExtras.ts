import { createHash } from 'node:crypto';
import type { GraphModule, ModuleGraph } from './ModuleGraph.js';
import { lookAt } from './lookAt.js';
import type { PluginFiles } from './PluginFiles.js';

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

function hasContent(
  files: PluginFiles,
  path: string,
  { identity, compiled }: GraphModule,
): boolean {
  const stamp = lookAt(files, path);
  if (stamp?.identity === identity) return true;
  if (stamp?.kind !== 'file') return false;
  try {
    const { text } = files.read(path, stamp.sizeBytes);
    return createHash('sha256').update(text).digest('hex') === compiled.hash;
  } catch {
    return false;
  }
}
