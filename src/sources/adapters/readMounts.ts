import { readFileSync } from 'node:fs';
import { type Mount, parseMounts } from '../disk/mounts.js';

/** The mounts of this process, on Linux; none elsewhere, or where they cannot be read. */
export function readMounts(): readonly Mount[] {
  try {
    return parseMounts(readFileSync('/proc/self/mountinfo', 'utf8'));
  } catch {
    return [];
  }
}
