import { hash } from 'node:crypto';
import type { GraphModule } from '../../modules/ModuleGraph.js';
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
