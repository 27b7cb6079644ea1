import { randomBytes } from 'node:crypto';
import type { StateWriter } from '../StateWriter.js';

export const thisProcess: StateWriter = {
  pid: process.pid,
  token: randomBytes(6).toString('hex'),
  isAlive(pid) {
    try {
      return process.kill(pid, 0);
    } catch (error) {
      return error instanceof Error && 'code' in error && error.code === 'EPERM';
    }
  },
};
