import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

const HASH_LENGTH = 8;

/** Where state is kept unless said: a folder for each directory of plugins, since two projects may both have a counter. */
export function defaultStateDir(dir: string): string {
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, HASH_LENGTH);
  return join(homedir(), '.hotpipe', 'state', `${basename(dir)}-${hash}`);
}
