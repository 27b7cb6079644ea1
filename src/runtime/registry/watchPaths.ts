import { basename, dirname } from 'node:path';
import { distinctUntilChanged, map, type Observable } from 'rxjs';
import { danglingPaths } from '../../modules/files/linkedPaths.js';
import { type PluginFiles, tryStat } from '../../modules/files/PluginFiles.js';
import type { PluginSlot } from '../slot/PluginSlot.js';

/** What paths are watched for. */
interface WatchedThings {
  readonly slots: readonly PluginSlot[];
  /** Directories and folders that are watched also without a plugin. */
  readonly candidates: readonly string[];
  /** Files that plugins share with the host. */
  readonly shared?: readonly string[] | undefined;
}

/** `watchPaths` and `singlePaths` after each change of what plugins use, when they differ from before. */
export function watchedPaths(
  changes$: Observable<unknown>,
  files: PluginFiles,
  things: () => WatchedThings,
): Readonly<Record<'watchPaths$' | 'singlePaths$', Observable<readonly string[]>>> {
  const differing = (find: () => readonly string[]) =>
    changes$.pipe(
      map(find),
      distinctUntilChanged((left, right) => left.join('\0') === right.join('\0')),
    );
  return {
    watchPaths$: differing(() => watchPaths(files, things())),
    singlePaths$: differing(() => singlePaths(files, things().slots)),
  };
}

/**
 * What must be watched for the plugins: their folders, the candidates, the files outside of them that they use, and the directories where
 * an import looked for a file and found none. Sorted.
 */
function watchPaths(
  files: PluginFiles,
  { slots, candidates, shared = [] }: WatchedThings,
): readonly string[] {
  const folders = slots.map(({ location }) => location.folder);
  const paths = new Set([...candidates, ...folders]);
  const isOutside = outsideOf([...paths]);
  const singles = new Set(singlePaths(files, slots));
  for (const file of shared) if (isOutside(file)) paths.add(file);
  for (const slot of slots) {
    for (const file of slot.files.present()) if (isOutside(file)) paths.add(file);
    for (const file of slot.files.missing()) {
      if (!isOutside(file) || isConfig(file) || singles.has(file)) continue;
      const dir = nearestDirectory(files, dirname(file));
      if (isOutside(dir)) paths.add(dir);
    }
  }
  return [...paths].sort();
}

/**
 * Paths outside of plugins' folders where a file could appear that concerns a plugin, and whose directories may have nothing to do with it:
 * a nearer `tsconfig.json` in a directory above, and what a link leads to that leads to nothing. Watched by themselves, they cost the
 * watches on the way to them; their directories, down to the last file, would cost far more. Sorted.
 */
function singlePaths(files: PluginFiles, slots: readonly PluginSlot[]): readonly string[] {
  const isOutside = outsideOf(slots.map(({ location }) => location.folder));
  const missing = new Set(slots.flatMap((slot) => slot.files.missing()));
  const found = [...missing].flatMap((file) => [
    ...(isConfig(file) ? [file] : []),
    ...danglingPaths(files, file),
  ]);
  return [...new Set(found.filter(isOutside))].sort();
}

function isConfig(file: string): boolean {
  return basename(file) === 'tsconfig.json';
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
