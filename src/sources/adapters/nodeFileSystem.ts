import { createHash } from 'node:crypto';
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
  statSync,
  type Stats,
} from 'node:fs';
import type { FileSystem, Unreadable } from '../FileSystem.js';
import type { Look } from '../Look.js';

const chunk = Buffer.allocUnsafe(64 * 1024);

/** The disk, looked at synchronously. */
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
      const hash = createHash('sha1');
      for (let total = 0; ; ) {
        const count = readSync(descriptor, chunk, 0, chunk.length, null);
        if (count === 0) return hash.digest().readUIntBE(0, 6);
        total += count;
        if (total > maxBytes) return undefined;
        hash.update(chunk.subarray(0, count));
      }
    } catch {
      return undefined;
    } finally {
      closeSync(descriptor);
    }
  },
  digestLink(path) {
    try {
      return createHash('sha1').update(readlinkSync(path)).digest().readUIntBE(0, 6);
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

/** What a link leads to; `undefined`: nothing, or itself. */
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
  };
}

/** A path that is not there, or whose parent is no directory, is absence; anything else is a failure to see. */
function unreadable(error: unknown): Unreadable | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
  return code === 'ENOENT' || code === 'ENOTDIR' ? undefined : { kind: 'unreadable', code };
}
