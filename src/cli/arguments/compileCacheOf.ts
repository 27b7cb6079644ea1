import { join, resolve } from 'node:path';
import { liesInside } from '../../modules/compileCache.js';
import { expandHome } from './directories.js';
import { UsageError } from './UsageError.js';
import { defaultStateDir } from './watchDefaults.js';

/**
 * Where `hotpipe watch` keeps what it compiled: under the directory of states, which only its owner may write to. Undefined when that lies in
 * the plugins' directory, where it would be watched.
 */
export function compileCacheOf(dir: string, stateDir: string | undefined): string | undefined {
  const directory = cacheDirectory(dir, stateDir);
  return liesInside(directory, dir) ? undefined : directory;
}

/** The same for `hotpipe check --compile`, which was told to keep it. Throws a `UsageError` when the directory cannot be it. */
export function requireCompileCache(dir: string, stateDir: string | undefined): string {
  const directory = cacheDirectory(dir, stateDir);
  if (!liesInside(directory, dir)) return directory;
  throw new UsageError(
    `--state: ${directory} lies in the plugins' directory ${dir}; name one outside of it`,
  );
}

function cacheDirectory(dir: string, stateDir: string | undefined): string {
  return join(resolve(expandHome(stateDir ?? defaultStateDir(dir))), 'compiled');
}
