import { lookAt, type PluginFiles } from '../../modules/files/PluginFiles.js';

/** Whether the files are still what they were when they were read: the second look of every reload. */
export function isUnchanged(files: PluginFiles, read: ReadonlyMap<string, string>): boolean {
  for (const [path, identity] of read) {
    // A file that could not be read has no identity: its failure is reported as it is.
    if (identity !== '' && lookAt(files, path)?.identity !== identity) return false;
  }
  return true;
}
