import type { FileStamp, PluginFiles } from './PluginFiles.js';

/** What is at a path, as far as this process may see: undefined also where it has no permission, or links lead in a circle. */
export function lookAt(files: PluginFiles, path: string): FileStamp | undefined {
  try {
    return files.stat(path);
  } catch {
    return undefined;
  }
}
