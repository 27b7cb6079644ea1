import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { expandHome } from './expandHome.js';
import { UsageError } from './UsageError.js';

/** The real path of a directory that exists, or a `UsageError`. */
export function requireDirectory(dir: string): string {
  const path = resolve(expandHome(dir));
  if (!existsSync(path)) throw new UsageError(`directory not found: ${path}`);
  if (!statSync(path).isDirectory()) {
    throw new UsageError(
      `not a directory: ${path}; name the directory that holds the plugins' folders`,
    );
  }
  return realpathSync(path);
}
