import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';
import { ioReason } from '../../state/disk/ioReason.js';
import { makeDirectoriesDurably } from '../../state/disk/writeDurably.js';
import { UsageError } from './UsageError.js';

const ADVICE = 'name a directory that this user may write to, or leave --state out';

/** Makes the directory that `--state` names, as the store would, or throws a `UsageError`: better now than at the first save. */
export async function requireStateDirectory(dir: string): Promise<void> {
  const path = resolve(expandHome(dir));
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new UsageError(`--state: not a directory: ${path}; ${ADVICE}`);
  }
  try {
    await makeDirectoriesDurably(nodeStateFiles, path);
    // Permissions do not tell all, and of root nothing.
    rmdirSync(mkdtempSync(join(path, '.writable-')));
  } catch (error) {
    throw new UsageError(`--state: cannot write to ${path}: ${ioReason(error).reason}; ${ADVICE}`);
  }
}

const HASH_LENGTH = 8;

/** Where state is kept unless said: a folder for each directory of plugins, since two projects may both have a counter. */
export function defaultStateDir(dir: string): string {
  const hash = createHash('sha256').update(dir).digest('hex').slice(0, HASH_LENGTH);
  return join(homedir(), '.hotpipe', 'state', `${basename(dir)}-${hash}`);
}

/** `~` as the shell expands it, for values that no shell has seen (`--state=~/x`). */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}

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

/** Never looked into by `hotpipe watch`: what package managers and version control keep there is not plugin code. */
export const watchedExcludes = ['**/node_modules/**', '**/.git/**'] as const;
