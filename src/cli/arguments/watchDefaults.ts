import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';

/** Enough to distinguish directories of the same name. */
const HASH_LENGTH = 8;

/**
 * What `hotpipe watch` never reads or watches, and `hotpipe doctor` does not count: files of package managers and
 * version control are not plugin code, and there are many of them.
 */
export const watchedExcludes = ['**/node_modules/**', '**/.git/**'] as const;

/**
 * Where `hotpipe watch` keeps state without `--state`. Each directory of plugins has its own: two projects may both have a
 * plugin called counter.
 */
export function defaultStateDir(dir: string): string {
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, HASH_LENGTH);
  return join(homedir(), '.hotpipe', 'state', `${basename(dir)}-${hash}`);
}
