import { existsSync, mkdtempSync, realpathSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { isSourceName } from '../../runtime/manifest/impliedManifest.js';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';
import { ioReason } from '../../state/disk/ioReason.js';
import { makeDirectoriesDurably } from '../../state/disk/writeDurably.js';
import { UsageError } from './UsageError.js';

const STATE_ADVICE = 'name a directory that you may write to, or leave --state out';

/** The real path of the directory of plugins. Throws a `UsageError` when there is no such directory. */
export function requireDirectory(dir: string): string {
  const path = resolve(expandHome(dir));
  if (!existsSync(path)) {
    throw new UsageError(
      `directory not found: ${path}; name the directory that holds your plugins`,
    );
  }
  if (!statSync(path).isDirectory()) {
    throw new UsageError(`not a directory: ${path}; name the directory that holds your plugins`);
  }
  return realpathSync(path);
}

/** The real path of the module that `run` names. Throws a `UsageError` when there is no such file. */
export function requireFile(file: string): string {
  const path = resolve(expandHome(file));
  if (!existsSync(path)) throw new UsageError(`file not found: ${path}; name one module to run`);
  if (!statSync(path).isFile() || !isSourceName(path)) {
    throw new UsageError(
      `not a TypeScript or JavaScript file: ${path}; name one module to run, or run: hotpipe watch ${file}`,
    );
  }
  return realpathSync(path);
}

/**
 * Makes the directory that `--state` names, in the same way as the store. Throws a `UsageError` when that is not
 * possible. It does so at the start, because somebody reads the terminal then; at the first save perhaps nobody does.
 */
export async function requireStateDirectory(dir: string): Promise<void> {
  const path = resolve(expandHome(dir));
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new UsageError(`--state: not a directory: ${path}; ${STATE_ADVICE}`);
  }
  try {
    await makeDirectoriesDurably(nodeStateFiles, path);
    // Only a test write shows whether this process can write: permissions are not the only obstacle, and they do not
    // apply to root.
    rmdirSync(mkdtempSync(join(path, '.writable-')));
  } catch (error) {
    throw new UsageError(
      `--state: cannot write to ${path}: ${ioReason(error).reason}; ${STATE_ADVICE}`,
    );
  }
}

/** Expands `~` as a shell does, for values that no shell has expanded (`--state=~/x`). */
export function expandHome(path: string): string {
  const home = path === '~' || path.startsWith('~/') ? nodeStateFiles.home() : undefined;
  return home === undefined ? path : join(home, path.slice(1));
}
