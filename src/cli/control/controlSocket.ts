import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeStateFiles } from '../../state/adapters/nodeStateFiles.js';

/**
 * The longest path of a socket: 108 bytes on Linux, 104 on macOS, with the zero byte at the end.
 *
 * @source https://man7.org/linux/man-pages/man7/unix.7.html
 */
const MAX_PATH_BYTES = 103;
/** Enough to distinguish directories. */
const HASH_LENGTH = 16;

/**
 * Where the host that watches a directory listens for `hotpipe call` and `hotpipe status`: a socket that nobody but its
 * user can reach. `dir` is a real path.
 */
export function controlSocket(dir: string): string {
  const name = createHash('sha256').update(dir).digest('hex').slice(0, HASH_LENGTH);
  if (process.platform === 'win32') return `\\\\.\\pipe\\hotpipe-${name}`;
  const home = nodeStateFiles.home();
  const path = home === undefined ? undefined : join(home, '.hotpipe', 'run', `${name}.sock`);
  if (path !== undefined && Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;
  return join(tmpdir(), `hotpipe-${process.getuid?.() ?? 0}`, `${name}.sock`);
}

/**
 * Makes the directory of the socket, for its user alone. Throws when somebody else owns it: whoever owns a directory can
 * put another socket into it.
 */
export function makePrivateDirectory(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(path);
  const own = process.getuid?.();
  if (own !== undefined && uid !== own) {
    throw new Error(`${path} belongs to another user (${uid}): remove it`);
  }
  chmodSync(path, 0o700);
}

/** The path without links; the path itself where nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
