import { dirname, join, parse, resolve, sep } from 'node:path';
import type { PluginFiles } from './PluginFiles.js';

/** As many links as Linux follows in one path (`MAXSYMLINKS`). A path with more leads nowhere. */
const MAX_LINK_COUNT = 40;

/**
 * What a path leads through: the path with its first link followed, then that one, and so on. The last one has no link, and nothing needs to
 * be there. Empty without links.
 */
export function linkedPaths(files: PluginFiles, path: string): readonly string[] {
  const found: string[] = [];
  let next = behindFirstLink(files, path);
  while (next !== undefined && found.length < MAX_LINK_COUNT) {
    found.push(next);
    next = behindFirstLink(files, next);
  }
  return found;
}

/** The same for a path that has no file: empty, and cheap, unless a link on the way to it leads to nothing. */
export function danglingPaths(files: PluginFiles, path: string): readonly string[] {
  if (files.readLink === undefined) return [];
  for (let at = path; dirname(at) !== at; at = dirname(at)) {
    if (readLink(files, at) !== undefined) return linkedPaths(files, path);
    if (isThere(files, dirname(at))) return [];
  }
  return [];
}

function behindFirstLink(files: PluginFiles, path: string): string | undefined {
  if (files.readLink === undefined) return undefined;
  const { root } = parse(path);
  const names = path.slice(root.length).split(sep);
  let at = root;
  for (const [index, name] of names.entries()) {
    at = join(at, name);
    const target = readLink(files, at);
    if (target !== undefined) return join(resolve(dirname(at), target), ...names.slice(index + 1));
  }
  return undefined;
}

function readLink(files: PluginFiles, path: string): string | undefined {
  try {
    return files.readLink?.(path);
  } catch {
    return undefined;
  }
}

function isThere(files: PluginFiles, path: string): boolean {
  try {
    return files.stat(path) !== undefined;
  } catch {
    return false;
  }
}
