import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  type Stats,
  statSync,
} from 'node:fs';
import type { FileSystem, Unreadable } from '../disk/FileSystem.js';
import type { Look } from '../disk/Look.js';

/** One buffer for all reads. They are synchronous, so no two reads use it at the same time. */
const chunk = Buffer.allocUnsafe(64 * 1024);

/** The disk, through Node's synchronous functions. */
export const nodeFileSystem: FileSystem = {
  look(path, followSymlinks) {
    try {
      const found = lstatSync(path, { throwIfNoEntry: false });
      if (found === undefined) return undefined;
      if (!followSymlinks || !found.isSymbolicLink()) return toLook(found, false);
      const target = statTarget(path);
      return target === undefined ? undefined : toLook(target, true);
    } catch (error) {
      return unreadable(error);
    }
  },
  list(dir) {
    try {
      return readdirSync(dir);
    } catch (error) {
      return unreadable(error);
    }
  },
  entries(dir) {
    try {
      return readdirSync(dir, { withFileTypes: true });
    } catch {
      // An entry whose kind the filesystem does not tell is looked at, and may be gone by then.
      return undefined;
    }
  },
  text(path, maxBytes) {
    try {
      const found = statSync(path);
      return found.isFile() && found.size <= maxBytes ? readFileSync(path, 'utf8') : undefined;
    } catch {
      return undefined;
    }
  },
  digest(path, maxBytes) {
    let descriptor: number;
    try {
      descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    } catch {
      return undefined;
    }
    try {
      const read = (from: number) => readSync(descriptor, chunk, from, chunk.length - from, null);
      const first = read(0);
      const second = first < chunk.length ? read(first) : 0;
      if (first + second > maxBytes) return undefined;
      // Most files fit into one read: for them this one call costs a quarter of what a hash object does.
      if (first < chunk.length && second === 0) {
        return numberOf(hash('sha1', chunk.subarray(0, first), 'buffer'));
      }
      const long = createHash('sha1').update(chunk.subarray(0, first + second));
      for (let total = first + second; ; ) {
        const count = read(0);
        if (count === 0) return numberOf(long.digest());
        total += count;
        if (total > maxBytes) return undefined;
        long.update(chunk.subarray(0, count));
      }
    } catch {
      return undefined;
    } finally {
      closeSync(descriptor);
    }
  },
  digestLink(path) {
    try {
      return numberOf(hash('sha1', readlinkSync(path), 'buffer'));
    } catch {
      return undefined;
    }
  },
  linkTarget(path) {
    try {
      return readlinkSync(path);
    } catch {
      return undefined;
    }
  },
  realPath(path) {
    try {
      return realpathSync.native(path);
    } catch {
      return undefined;
    }
  },
};

/** The first 48 bits of a digest: a number holds them exactly. */
const numberOf = (digest: Buffer): number => digest.readUIntBE(0, 6);

/** The target of a link; `undefined`: it does not exist, or the link leads to itself. */
function statTarget(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

function toLook(found: Stats, isFollowed: boolean): Look {
  return {
    isFollowed,
    kind: found.isFile()
      ? 'file'
      : found.isDirectory()
        ? 'directory'
        : found.isSymbolicLink()
          ? 'link'
          : 'other',
    dev: found.dev,
    ino: found.ino,
    birthMs: found.birthtimeMs,
    mtimeMs: found.mtimeMs,
    ctimeMs: found.ctimeMs,
    sizeBytes: found.size,
    atimeMs: found.atimeMs,
  };
}

/** ENOENT and ENOTDIR mean that nothing is there (`undefined`). Any other error means that we cannot know. */
function unreadable(error: unknown): Unreadable | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
  return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { kind: 'unreadable', code };
}
