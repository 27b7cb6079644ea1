import { hash } from 'node:crypto';
import type { GraphModule, ModuleGraph } from '../../modules/link/ModuleGraph.js';
import { lookAt, type PluginFiles } from '../../modules/files/PluginFiles.js';
import { withoutMark } from '../../modules/files/readStableText.js';

/** Whether a file is what it was when a module was made of it. It is read where its identity does not tell. */
export function hasContent(
  files: PluginFiles,
  path: string,
  { identity, isSettled, compiled }: GraphModule,
): boolean {
  const stamp = lookAt(files, path);
  if (isSettled && stamp?.identity === identity) return true;
  if (stamp?.kind !== 'file') return false;
  try {
    const text = withoutMark(files.read(path, stamp.sizeBytes).text);
    return hash('sha256', text) === compiled.hash;
  } catch {
    return false;
  }
}

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

/** Whether the files are still what they were when they were read: the second look of every reload. */
export function isUnchanged(files: PluginFiles, read: ReadonlyMap<string, string>): boolean {
  for (const [path, identity] of read) {
    // A file that could not be read has no identity: its failure is reported as it is.
    if (identity !== '' && lookAt(files, path)?.identity !== identity) return false;
  }
  return true;
}
