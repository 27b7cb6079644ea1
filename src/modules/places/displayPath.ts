import { isAbsolute, relative, sep } from 'node:path';

/** A path as people read it: relative to the root, with forward slashes. */
export function displayPath(root: string, path: string): string {
  const short = relative(root, path);
  return short === '' || isAbsolute(short) ? path : short.split(sep).join('/');
}
