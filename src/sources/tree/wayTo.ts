import { dirname, resolve, sep } from 'node:path';
import type { FileSystem } from '../disk/FileSystem.js';

/** As many links as Linux follows in one path (`MAXSYMLINKS`). A path with more leads nowhere. */
const maxLinkCount = 40;

/** One name that a path leads through: the entry `name` of the directory `dir`, which has no links in its own path. */
export interface WayStep {
  readonly dir: string;
  readonly name: string;
}

/**
 * The names on the way to a path, from the top, that decide where it leads: each directory above it, each link, and
 * what each link leads through. If one of them is exchanged, the path leads elsewhere, and no hint comes for the path
 * itself: the kernel watches what was there before.
 *
 * Left out, because hints come for them all the same or nobody exchanges them: the last name, unless it is a link, and
 * directories directly below the top of the filesystem.
 *
 * A way that ends early is one whose next name does not exist.
 */
export function wayTo(
  fileSystem: Pick<FileSystem, 'look' | 'linkTarget'>,
  path: string,
): readonly WayStep[] {
  const top = topOf(path);
  const steps = new Map<string, WayStep>();
  let names = namesOf(path);
  let dir = top;
  let linkCount = 0;
  for (let name = names[0]; name !== undefined; name = names[0]) {
    const rest = names.slice(1);
    const at = dir === top ? top + name : dir + sep + name;
    const look = fileSystem.look(at, false);
    const isLink = look?.kind === 'link';
    const isMissing = look === undefined || look.kind === 'unreadable';
    const isLastOfRoot = rest.length === 0 && linkCount === 0;
    const isSteady = dir === top && !isMissing && !isLink;
    // A file behind a link is a step: the directory that holds it may be watched by nobody else.
    if (isLink || !(isSteady || isLastOfRoot)) steps.set(at, { dir, name });
    if (isMissing) return [...steps.values()];
    if (!isLink) {
      dir = at;
      names = rest;
      continue;
    }
    const target = fileSystem.linkTarget(at);
    linkCount += 1;
    if (target === undefined || linkCount > maxLinkCount) return [...steps.values()];
    names = [...namesOf(resolve(dir, target)), ...rest];
    dir = top;
  }
  return [...steps.values()];
}

/** A text that differs when another thing is at a step, or a link there leads elsewhere, or a file there was written. */
export function stampAt(
  fileSystem: Pick<FileSystem, 'look' | 'linkTarget'>,
  { dir, name }: WayStep,
): string {
  const path = dir === dirname(dir) ? dir + name : dir + sep + name;
  const look = fileSystem.look(path, false);
  if (look === undefined) return 'missing';
  if (look.kind === 'unreadable') return look.code;
  const { kind, dev, ino, birthMs } = look;
  const identity = `${kind} ${dev}:${ino}:${birthMs}`;
  if (kind === 'link') return `${identity} ${fileSystem.linkTarget(path) ?? ''}`;
  if (kind !== 'file') return identity;
  return `${identity} ${look.mtimeMs}:${look.ctimeMs}:${look.sizeBytes}`;
}

function topOf(path: string): string {
  let top = path;
  while (top !== dirname(top)) top = dirname(top);
  return top;
}

function namesOf(path: string): readonly string[] {
  return path.split(sep).filter((name) => name !== '' && !name.endsWith(':'));
}
