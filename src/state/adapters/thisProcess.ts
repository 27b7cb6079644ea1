import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { StateWriter } from '../writer/SharedDirectory.js';

const birthLength = 8;
/**
 * Index of field 22 of the line. Counted from the first field after the process name in brackets, because that name may
 * contain spaces and brackets.
 */
const startTimeField = 19;

export const thisProcess: StateWriter = {
  pid: process.pid,
  // The rest is random, because two threads of one process are two writers.
  token: (birthOf(process.pid) ?? randomHex(birthLength)) + randomHex(12 - birthLength),
  isAlive: (pid, token) => isRunning(pid) && token.startsWith(birthOf(pid) ?? ''),
};

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/**
 * Identifies the start of a process, in hexadecimal digits. A pid is reused, but not within the same boot and clock
 * tick. `undefined` where the system does not provide it: there, a later process with the same pid is taken for the
 * earlier one.
 *
 * @source https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html (starttime)
 */
function birthOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8');
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[startTimeField] ?? '';
    return createHash('sha256').update(boot).update(startTime).digest('hex').slice(0, birthLength);
  } catch {
    return undefined;
  }
}

function randomHex(length: number): string {
  return randomBytes(length).toString('hex').slice(0, length);
}
