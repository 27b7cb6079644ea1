import { existsSync, mkdtempSync, rmdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';
import { ioReason } from '../../state/disk/ioReason.js';
import { makeDirectories } from '../../state/disk/makeDirectories.js';
import { expandHome } from './expandHome.js';
import { UsageError } from './UsageError.js';

const ADVICE = 'name a directory that this user may write to, or leave --state out';

/** Makes the directory that `--state` names, as the store would, or throws a `UsageError`: better now than at the first save. */
export async function requireStateDirectory(dir: string): Promise<void> {
  const path = resolve(expandHome(dir));
  if (existsSync(path) && !statSync(path).isDirectory()) {
    throw new UsageError(`--state: not a directory: ${path}; ${ADVICE}`);
  }
  try {
    await makeDirectories(nodeStateFiles, path);
    // Permissions do not tell all, and of root nothing.
    rmdirSync(mkdtempSync(join(path, '.writable-')));
  } catch (error) {
    throw new UsageError(`--state: cannot write to ${path}: ${ioReason(error).reason}; ${ADVICE}`);
  }
}
