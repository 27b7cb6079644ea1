import {
  closeSync,
  constants,
  fstatSync,
  fsync,
  linkSync,
  mkdirSync,
  openSync,
  read,
  readdirSync,
  readSync,
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
 * Up to this size a synchronous call is faster: copying to or from the page cache takes 0.5 ms per megabyte, less than a
 * round trip to another thread on a busy machine, and far less than making or parsing the JSON.
 */
const synchronousBytes = 2 * 1024 * 1024;

const fsyncAsync = promisify(fsync);
const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
/** Windows has neither flag: `undefined | 0` is 0. */
const O_NOFOLLOW = constants.O_NOFOLLOW | 0;
const O_NONBLOCK = constants.O_NONBLOCK | 0;

/** @source https://nodejs.org/api/os.html#oshomedir throws for a number without a name, as in a container */
function home(): string | undefined {
  try {
    // Empty where HOME is.
    return homedir() || undefined;
  } catch {
    return undefined;
  }
}

export const nodeStateFiles: StateFiles = {
  home,
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
      // If the file was truncated during the read, the bytes that were read are the whole file now.
      const sizeBytes = length < bytes.length ? length : stats.size;
      return { bytes: bytes.subarray(0, length), sizeBytes };
    } finally {
      closeSync(file);
    }
  },
};

/** O_NONBLOCK, because opening a named pipe that nobody writes to would block the host for ever. */
function openRegular(path: string): number | undefined {
  try {
    return openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  } catch (error) {
    // ELOOP: it is a symbolic link. ENXIO: it is a socket.
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

/** Does not use `throwIfNoEntry`: Node 24 returns nothing for ENOTDIR too, and Node 20 throws. */
function isDirectory(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false;
    throw error;
  }
}
