import { isUtf8 } from 'node:buffer';
import {
  type BigIntStats,
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  openSync,
  readdirSync,
  readlinkSync,
  readSync,
  realpathSync,
  statSync,
} from 'node:fs';
import type { FileStamp, PluginFiles } from '../files/PluginFiles.js';

/** Longer than the resolution of any file system's times: at most 10 ms on Linux, 2 s on FAT. */
const SETTLED_AFTER_MS = 2_500;

/**
 * The disk. Synchronous on purpose: a plugin's files are small and in the page cache. There a synchronous read takes about 0.02 ms,
 * and one through the thread pool 0.2 ms.
 */
export const diskFiles: PluginFiles = {
  stampsDirectories: true,
  stat(path) {
    const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
    return stats === undefined ? undefined : stampOf(stats);
  },

  read(path, maxBytes) {
    // Without O_NONBLOCK, opening a named pipe without a writer would block the host for ever.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const opened = fstatSync(fd, { bigint: true });
      const before = stampOf(opened);
      if (before.kind !== 'file') return { text: '', before, after: before, sizeBytes: 0 };
      const bytes = Buffer.allocUnsafe(Math.min(before.sizeBytes, maxBytes) + 1);
      const sizeBytes = fill(fd, bytes, before.sizeBytes);
      const closing = fstatSync(fd, { bigint: true });
      const after = isSame(opened, closing) ? before : stampOf(closing);
      const read = bytes.subarray(0, sizeBytes);
      const text = read.toString('utf8');
      return { text, before, after, sizeBytes, isUtf8: isUtf8(read) };
    } finally {
      closeSync(fd);
    }
  },

  realPath: (path) => realpathSync.native(path),
  readLink: (path) =>
    lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true
      ? readlinkSync(path)
      : undefined,
  list: (dir) => readdirSync(dir).sort(),
};

/**
 * Reads until the buffer is full or the file ends. The caller gives one byte more than expected, to notice a file that grew: a read that
 * gives the expected bytes and no more has met the end.
 */
function fill(fd: number, bytes: Buffer, expectedCount: number): number {
  let length = 0;
  while (length < bytes.length) {
    const count = readSync(fd, bytes, length, bytes.length - length, length);
    length += count;
    if (count === 0 || (expectedCount > 0 && length === expectedCount)) break;
  }
  return length;
}

/** Whether two looks at one file give the same stamp. */
function isSame(one: BigIntStats, other: BigIntStats): boolean {
  const isSameTime = one.mtimeNs === other.mtimeNs && one.ctimeNs === other.ctimeNs;
  return isSameTime && one.size === other.size && one.ino === other.ino && one.dev === other.dev;
}

function stampOf(stats: BigIntStats): FileStamp {
  return {
    kind: stats.isFile() ? 'file' : stats.isDirectory() ? 'directory' : 'other',
    sizeBytes: Number(stats.size),
    identity: `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}:${stats.ctimeNs}`,
    // After the clock was set back, times look newer. Then a file counts as not settled and is read again, which is never wrong.
    isSettled: Number(stats.ctimeMs) < Date.now() - SETTLED_AFTER_MS,
  };
}
