import { realpathSync } from 'node:fs';

/** Of what is there: no link is left in it, and names have the case that the disk gives them. */
export const realPath = (path: string): string => realpathSync.native(path);
