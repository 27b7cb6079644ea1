import { sep } from 'node:path';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';

/** Whether a file of a plugin is a link to something outside of the plugin's folder: nothing there is opened. */
export function leadsOut(files: PluginFiles, folder: string, path: string): boolean {
  try {
    const real = files.realPath(path);
    return real !== path && !real.startsWith(files.realPath(folder) + sep);
  } catch {
    // Nothing is there; whoever reads it says why.
    return false;
  }
}
