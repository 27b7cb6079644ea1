import { readFileSync } from 'node:fs';
import { type Mount, parseMounts } from '../disk/mounts.js';

/** What is mounted where, on Linux; elsewhere and in doubt: nothing. */
export function mounts(): readonly Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}
