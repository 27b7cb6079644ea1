import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readSync,
  realpathSync,
  statSync,
  type BigIntStats,
} from 'node:fs';
import type { FileStamp, PluginFiles } from '../files/PluginFiles.js';

/** Above the step of any file system's times, which is 10 ms at most on Linux, and 2 s on FAT. */
const SETTLED_AFTER_MS = 2_500;

/**
 * The disk. Synchronous on purpose: a plugin's files are small and in the page cache, where a synchronous read costs about
 * 0.02 ms and one through the thread pool 0.2 ms.
 */
export const diskFiles: PluginFiles = {
  stat(path) {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : stampOf(stats);
  },

  read(path, maxBytes) {
    // Without O_NONBLOCK, opening a named pipe that nobody writes to would block the host for ever.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const before = stampOf(fstatSync(fd, { bigint: true }));
      if (before.kind !== 'file') return { text: '', before, after: before, sizeBytes: 0 };
      const bytes = Buffer.allocUnsafe(Math.min(before.sizeBytes, maxBytes) + 1);
      const sizeBytes = fill(fd, bytes);
      const after = stampOf(fstatSync(fd, { bigint: true }));
      return { text: bytes.toString('utf8', 0, sizeBytes), before, after, sizeBytes };
    } finally {
      closeSync(fd);
    }
  },

  realPath: (path) => realpathSync.native(path),
  list: (dir) => readdirSync(dir).sort(),
};

/** One byte of room stays, so that a file that grew, or is over the limit, is seen. */
function fill(fd: number, bytes: Buffer): number {
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(fd, bytes, length, bytes.length - length, length);
    if (count === 0) break;
    length += count;
  }
  return length;
}

function stampOf(stats: BigIntStats): FileStamp {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
    sizeBytes: Number(stats.size),
    identity: `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`,
    // A clock that is set back makes times look newer: then the file is read again, which is never wrong.
    isSettled: Number(stats.ctimeMs) < Date.now() - SETTLED_AFTER_MS,
  };
}
