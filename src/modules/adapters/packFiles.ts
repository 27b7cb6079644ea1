import { randomBytes } from 'node:crypto';
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { PackFiles } from '../files/PackFiles.js';
import { nextTurn } from './eventLoop.js';

const { O_CREAT, O_EXCL, O_RDONLY, O_WRONLY } = constants;
/** Windows has neither flag: `undefined | 0` is 0. */
const O_NOFOLLOW = constants.O_NOFOLLOW | 0;
const O_NONBLOCK = constants.O_NONBLOCK | 0;
/** Writing by the group or by others. */
const WRITTEN_BY_OTHERS = 0o022;

/** The disk. Synchronous, like reading sources: a record is a few kilobytes. */
export const packFiles: PackFiles = {
  refusal(directory) {
    const stats = statSync(directory, { throwIfNoEntry: false });
    if (stats === undefined) return undefined;
    if (!stats.isDirectory()) return 'is not a directory';
    return ownerProblem(stats);
  },

  list(directory) {
    const nowMs = Date.now();
    return namesIn(directory)
      .flatMap((name) => {
        const stats = lstatSync(join(directory, name), { throwIfNoEntry: false });
        if (stats?.isFile() !== true) return [];
        return [{ name, sizeBytes: stats.size, ageMs: nowMs - stats.mtimeMs }];
      })
      .sort((a, b) => b.ageMs - a.ageMs);
  },

  open(path) {
    const file = openedForReading(path);
    if (file === undefined) return undefined;
    const stats = fstatSync(file);
    if (stats.isFile() && ownerProblem(stats) === undefined) return { file, sizeBytes: stats.size };
    closeSync(file);
    return undefined;
  },

  read(file, offset, length) {
    const bytes = Buffer.allocUnsafe(length);
    let read = 0;
    while (read < length) {
      const count = readSync(file, bytes, read, length - read, offset + read);
      if (count === 0) throw new Error('the file is shorter than it was');
      read += count;
    }
    return bytes;
  },

  create(path) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, O_CREAT | O_EXCL | O_WRONLY | O_NOFOLLOW, 0o600);
  },

  write(file, bytes) {
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(file, bytes, written, bytes.length - written);
    }
  },

  close: closeSync,
  rename: renameSync,
  remove: (path) => rmSync(path, { force: true }),
  newName: () => `${Date.now().toString(36)}-${randomBytes(6).toString('hex')}`,

  rest: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms).unref();
    }),
  nextTurn,
};

function namesIn(directory: string): readonly string[] {
  return ifThere(() => readdirSync(directory)) ?? [];
}

/** Undefined when another host has replaced the pack since it was listed. */
function openedForReading(path: string): number | undefined {
  return ifThere(() => openSync(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK));
}

function ifThere<A>(look: () => A): A | undefined {
  try {
    return look();
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Code that another user may write must not run as this one. On Windows the rights of the directory above hold. */
function ownerProblem({ uid, mode }: Stats): string | undefined {
  const own = process.geteuid?.();
  if (own === undefined) return undefined;
  if (uid !== own) return 'belongs to another user, so nothing of it is run';
  return (mode & WRITTEN_BY_OTHERS) === 0
    ? undefined
    : 'may be written by other users, so nothing of it is run: chmod go-w';
}
