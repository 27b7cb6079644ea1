import type { PluginFiles } from './PluginFiles.js';

/** Whether the files are still what they were when they were read: the second look of every reload. */
export function isUnchanged(files: PluginFiles, read: ReadonlyMap<string, string>): boolean {
  for (const [path, identity] of read) {
    if (identity === '') continue;
    try {
      if (files.stat(path)?.identity !== identity) return false;
    } catch {
      return false;
    }
  }
  return true;
}
