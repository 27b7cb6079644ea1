import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';
import { UsageError } from './UsageError.js';

/** Enough to distinguish directories of the same name. */
const HASH_LENGTH = 8;

/**
 * What `hotpipe watch` never reads or watches, and `hotpipe doctor` does not count: files of package managers and
 * version control are not plugin code, and there are many of them.
 */
export const watchedExcludes = ['**/node_modules/**', '**/.git/**'] as const;

/**
 * Where `hotpipe watch` keeps state without `--state`. Each directory of plugins has its own: two projects may both have a
 * plugin called counter. Throws a `UsageError` for a user without a home.
 */
export function defaultStateDir(dir: string): string {
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, HASH_LENGTH);
  const home = nodeStateFiles.home();
  if (home === undefined) {
    throw new UsageError(
      'this user has no home directory to keep the states of plugins in: name a directory with --state',
    );
  }
  return join(home, '.hotpipe', 'state', `${basename(dir)}-${hash}`);
}
