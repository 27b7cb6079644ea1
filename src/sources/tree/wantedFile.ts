import type { IgnoredPath } from '../../model/events/IgnoredPath.js';
import type { Look } from '../disk/Look.js';
import type { Directory } from '../forest/Directory.js';
import { isCovered, isRootIn, isWanted } from '../forest/Forest.js';

/**
 * The entry as a file to report; `undefined`: it is not a file, or no root wants it.
 *
 * @param look - The entry, or where it leads if it is a link on the way to a root.
 */
export function fileOf(
  directory: Directory,
  name: string,
  entry: Look | undefined,
  look: Look | undefined,
): Look | undefined {
  // A root that is a link to a file counts as that file.
  if (look !== entry && look?.kind === 'file' && isRootIn(directory, name)) return look;
  if (entry?.kind !== 'file' && entry?.kind !== 'link') return undefined;
  // A link that the caller named, and that was followed to a directory, is not a file for that root.
  const isFor = look === entry ? isWanted(directory, name) : isCovered(name, directory.views);
  return isFor ? entry : undefined;
}

/** Why no root wants an entry, whatever happens to it; `undefined`: one does, or it is on the way to one. */
export function whyUnwanted(
  { views }: Directory,
  name: string,
  look: Look | undefined,
): IgnoredPath['why'] | undefined {
  const kind = look?.kind === 'directory' ? 'directory' : 'file';
  const reasons = views.map(({ root, level, prefix }) => {
    const isTooDeep = kind === 'directory' && level >= root.depth;
    return root.filter.whyNot(prefix, name, kind) ?? (isTooDeep ? 'depth' : undefined);
  });
  return reasons.every((reason) => reason !== undefined) ? reasons[0] : undefined;
}
