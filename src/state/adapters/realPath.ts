import { realpathSync } from 'node:fs';

/** The path of an existing file or directory without links, with the letter case that the disk has. */
export const realPath = (path: string): string => realpathSync.native(path);
