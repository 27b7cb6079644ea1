import { join, sep } from 'node:path';
import { isUnder } from '../../model/paths.js';
import { diskFiles } from '../../modules/adapters/diskFiles.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';

/**
 * The disk, with steady paths: a file of a plugin has the path through the plugin's link, whatever version the link leads to. So what is
 * noted about a version, such as the copy that `provisionalVersions` goes back to, is about the same paths as the version after it.
 *
 * @param plugins - The directory of the links, without links on the way to it.
 */
export function fleetFiles(plugins: string, disk: PluginFiles = diskFiles): PluginFiles {
  return {
    stat: (path) => disk.stat(path),
    read: (path, maxBytes) => disk.read(path, maxBytes),
    list: (dir) => disk.list(dir),
    realPath(path) {
      const real = disk.realPath(path);
      if (!isUnder(path, plugins)) return real;
      const [name = ''] = path.slice(plugins.length + 1).split(sep);
      const link = join(plugins, name);
      const folder = disk.realPath(link);
      if (real === folder) return link;
      // A link inside of a version that leads out of it is no part of the version.
      return isUnder(real, folder) ? join(link, real.slice(folder.length + 1)) : real;
    },
  };
}
