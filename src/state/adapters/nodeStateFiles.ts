import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  read,
  readSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  write,
  writeSync,
} from 'node:fs';
import { homedir } from 'node:os';
import { promisify } from 'node:util';
import type { StateFiles } from '../disk/StateFiles.js';

/**
 * Up to here the copy to or from the page cache, half a millisecond a megabyte, takes less time than the way to another
 * thread and back on a busy machine, and far less than the JSON of it took.
 */
const synchronousBytes = 2 * 1024 * 1024;

const fsyncAsync = promisify(fsync);
const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
/** Windows has neither: `undefined | 0` is 0. */
const O_NOFOLLOW = constants.O_NOFOLLOW | 0;
const O_NONBLOCK = constants.O_NONBLOCK | 0;

export const nodeStateFiles: StateFiles = {
  home: homedir,
  list: (dir) => readdirSync(dir),
  makeDirectory: (dir) => mkdirSync(dir, { mode: 0o700 }),
  isDirectory,
  create: (path) => openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600),

  write: (file, bytes, offset) =>
    bytes.length - offset <= synchronousBytes
      ? writeSync(file, bytes, offset)
      : new Promise((resolve, reject) => {
          write(file, bytes, offset, (error, count) => (error ? reject(error) : resolve(count)));
        }),

  sync: fsyncAsync,
  close: closeSync,
  link: linkSync,
  rename: renameSync,

  async syncDirectory(dir) {
    if (process.platform === 'win32') return;
    const file = openSync(dir, O_RDONLY);
    try {
      await fsyncAsync(file);
    } finally {
      closeSync(file);
    }
  },

  remove: (path) => rmSync(path),

  async read(path, maxBytes) {
    const file = openRegular(path);
    if (file === undefined) return undefined;
    try {
      const stats = fstatSync(file);
      if (!stats.isFile()) return undefined;
      const bytes = Buffer.allocUnsafe(Math.min(stats.size, maxBytes));
      let length = 0;
      while (length < bytes.length) {
        const count =
          bytes.length <= synchronousBytes
            ? readSync(file, bytes, length, bytes.length - length, null)
            : await readAsync(file, bytes, length);
        if (count === 0) break;
        length += count;
      }
      // Cut short while it was read: what is there now is all of it.
      const sizeBytes = length < bytes.length ? length : stats.size;
      return { bytes: bytes.subarray(0, length), sizeBytes };
    } finally {
      closeSync(file);
    }
  },
};

/** Without O_NONBLOCK, opening a named pipe that nobody writes to would block the host for ever. */
function openRegular(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    // ELOOP is a symbolic link, ENXIO a socket.
    if (
      error instanceof Error &&
      'code' in error &&
      ['ELOOP', 'ENXIO'].includes(String(error.code))
    )
      return undefined;
    throw error;
  }
}

const readAsync = (file: number, bytes: Buffer, offset: number): Promise<number> =>
  new Promise((resolve, reject) => {
    read(file, bytes, offset, bytes.length - offset, null, (error, count) =>
      error ? reject(error) : resolve(count),
    );
  });

/** Not `throwIfNoEntry`: Node 24 takes a file in the way (ENOTDIR) for an absence too, and Node 20 does not. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
