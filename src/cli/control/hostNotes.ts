import { lstatSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { isRight } from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { UsageError } from '../arguments/UsageError.js';
import { controlSocket, realPath } from './controlSocket.js';

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

/** The notes of hosts of this user whose process is still there. Those of hosts that were killed go, with their sockets. */
export function runningHosts(): readonly HostNote[] {
  const runDir = dirname(controlSocket(''));
  return namesIn(runDir)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => {
      const path = join(runDir, name);
      const note = readNote(path);
      if (note === undefined) return [];
      if (isRunning(note.pid)) return [note];
      removeLeft(path);
      return [];
    });
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir);
  } catch {
    return [];
  }
}

/** Undefined for what is no note, or is being written. */
function readNote(path: string): HostNote | undefined {
  try {
    const decoded = HostNoteCodec.decode(JSON.parse(readFileSync(path, 'utf8')));
    return isRight(decoded) ? decoded.right : undefined;
  } catch {
    return undefined;
  }
}

/** A note that is younger may be that of a host that has just started, written after this one was read. */
const LEFT_AFTER_MS = 60_000;

function removeLeft(notePath: string): void {
  try {
    if (Date.now() - lstatSync(notePath).mtimeMs < LEFT_AFTER_MS) return;
    rmSync(notePath, { force: true });
    rmSync(notePath.replace(/\.json$/, '.sock'), { force: true });
  } catch {
    // it is gone already, or cannot be removed: it disturbs nobody
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
