import { basename, dirname } from 'node:path';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import type { PluginSlot } from '../slot/PluginSlot.js';

/**
 * What must be watched for the plugins: their folders, the candidates, the files outside of them that they use, and the directories where
 * an import looked for a file and found none. Sorted.
 *
 * @param shared - Files that plugins share with the host.
 * @param candidates - Directories and folders that are watched also without a plugin.
 */
export function watchPaths(
  files: PluginFiles,
  slots: readonly PluginSlot[],
  candidates: readonly string[],
  shared: readonly string[] = [],
): readonly string[] {
  const isFile = ({ location }: PluginSlot) => location.implied?.isFile === true;
  const folders = slots.filter((slot) => !isFile(slot)).map(({ location }) => location.folder);
  const paths = new Set([...candidates, ...folders]);
  const isOutside = outsideOf([...paths]);
  for (const { location } of slots.filter(isFile)) {
    if (isOutside(location.folder)) paths.add(location.folder);
  }
  for (const file of shared) if (isOutside(file)) paths.add(file);
  for (const slot of slots) {
    for (const file of slot.files.present()) if (isOutside(file)) paths.add(file);
    for (const file of slot.files.missing()) {
      // Each directory above a plugin could get one: watching all of these, down to their last file, would cost far more than it gives.
      const isFarConfig = basename(file) === 'tsconfig.json';
      const isWatched = isOutside(file) && !isFarConfig;
      const dir = isWatched ? nearestDirectory(files, dirname(file)) : undefined;
      if (dir !== undefined && isOutside(dir)) paths.add(dir);
    }
  }
  return [...paths].sort();
}

/** Tells whether a path lies in none of these directories; as fast for thousands of them as for one. */
export function outsideOf(directories: readonly string[]): (path: string) => boolean {
  const isInside = new Map<string, boolean>(directories.map((directory) => [directory, true]));
  const find = (path: string): boolean => {
    const known = isInside.get(path);
    if (known !== undefined) return known;
    const above = dirname(path);
    const found = above !== path && find(above);
    isInside.set(path, found);
    return found;
  };
  return (path) => !find(path);
}

/** The directory itself, or the nearest one above it that exists. */
function nearestDirectory(files: PluginFiles, dir: string): string {
  return tryStat(files, dir)?.kind === 'directory' || dirname(dir) === dir
    ? dir
    : nearestDirectory(files, dirname(dir));
}
