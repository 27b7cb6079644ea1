import { createHash } from 'node:crypto';
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, resolve, sep } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { UsageError } from '../arguments/UsageError.js';

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
  const path = join(homedir(), '.hotpipe', 'run', `${name}.sock`);
  if (Buffer.byteLength(path) <= MAX_PATH_BYTES) return path;
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

const HostNoteCodec = t.strict({ dir: t.string, pid: t.number, stateDir: t.string });
/** What lies beside the socket of a running host, so that it is found without its directory. */
export type HostNote = t.TypeOf<typeof HostNoteCodec>;

export function noteOf(socket: string): string {
  return socket.replace(/\.sock$/, '.json');
}

/**
 * The socket of the host that watches a directory. Without one: the host that watches the current directory, one in it, or
 * one above it. Throws a `UsageError` when several do; undefined: none does.
 */
export function findHost(dir: string | undefined): string | undefined {
  if (dir !== undefined) return controlSocket(realPath(resolve(dir)));
  const here = realPath(process.cwd());
  const isNear = ({ dir: other }: HostNote) =>
    other === here || other.startsWith(here + sep) || here.startsWith(other + sep);
  const near = runningHosts().filter(isNear);
  if (near.length <= 1) return near[0] && controlSocket(near[0].dir);
  const dirs = near.map((note) => note.dir).join(', ');
  throw new UsageError(`several hosts run here: ${dirs}; name one of these directories`);
}

/** The notes of hosts of this user whose process is still there. */
export function runningHosts(): readonly HostNote[] {
  const runDir = dirname(controlSocket(''));
  try {
    return readdirSync(runDir)
      .filter((name) => name.endsWith('.json'))
      .flatMap((name) => {
        const decoded = HostNoteCodec.decode(JSON.parse(readFileSync(join(runDir, name), 'utf8')));
        return isRight(decoded) && isRunning(decoded.right.pid) ? [decoded.right] : [];
      });
  } catch {
    return [];
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** The path without links; the path itself where nothing is there. */
export function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
