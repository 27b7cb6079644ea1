import { dirname } from 'node:path';
import { isSameIdentity } from '../disk/Look.js';
import type { Directory } from '../forest/Directory.js';
import { type Forest, isNamed } from '../forest/Forest.js';
import type { Looks } from './Looks.js';

/**
 * Of a directory and those above it, the outermost that is gone or that another one has the place of, where no hint says so yet; `undefined`: the
 * directory is what it was. When the outermost comes back, everything in it is listed again; of those inside, nobody would know.
 */
export function outermostGone(
  directory: Directory,
  forest: Pick<Forest, 'get'>,
  looks: Pick<Looks, 'at' | 'atNamed'>,
): Directory | undefined {
  let gone: Directory | undefined;
  let each: Directory | undefined = directory;
  while (each?.live !== undefined && !isAsItWas(each, looks)) {
    gone = each;
    each = forest.get(dirname(each.path));
  }
  return gone;
}

/** Whether a look at a directory finds what it is known to be. */
export function isAsItWas(directory: Directory, looks: Pick<Looks, 'at' | 'atNamed'>): boolean {
  const { live, path } = directory;
  const look = isNamed(directory) ? looks.atNamed(path) : looks.at(path);
  return look?.kind === 'directory' && live !== undefined && isSameIdentity(live, look);
}
