import { basename } from 'node:path';
import { danglingPaths } from '../../modules/files/linkedPaths.js';
import { outsideOf } from '../../modules/files/outsideOf.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import type { PluginSlot } from '../slot/PluginSlot.js';

/**
 * Paths outside of plugins' folders where a file could appear that concerns a plugin, and whose directories may have nothing to do with it:
 * a nearer `tsconfig.json` in a directory above, and what a link leads to that leads to nothing. Watched by themselves, they cost the
 * watches on the way to them; their directories, down to the last file, would cost far more. Sorted.
 */
export function singlePaths(files: PluginFiles, slots: readonly PluginSlot[]): readonly string[] {
  const isOutside = outsideOf(slots.map(({ location }) => location.folder));
  const missing = new Set(slots.flatMap((slot) => [...slot.files.missing()]));
  const found = [...missing].flatMap((file) => [
    ...(basename(file) === 'tsconfig.json' ? [file] : []),
    ...danglingPaths(files, file),
  ]);
  return [...new Set(found.filter(isOutside))].sort();
}
