import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { readMounts } from '../../../sources/adapters/readMounts.js';
import { mountOf } from '../../../sources/disk/mounts.js';
import { watchedExcludes } from '../../arguments/watchDefaults.js';
import type { ClockFacts, DoctorFacts } from '../DoctorFacts.js';
import { readInotify } from './readInotify.js';
import { readTree } from './readTree.js';

/** Readings of the clock: enough to see its smallest step. */
const CLOCK_READING_COUNT = 1000;

/** Reads the facts about this machine and a directory on it that `hotpipe doctor` needs. Changes nothing. */
export function readDoctorFacts(dir: string): DoctorFacts {
  const real = realpathSync.native(dir);
  return {
    dir: real,
    platform: process.platform,
    nodeVersion: process.versions.node,
    tree: readTree(real, watchedExcludes),
    mount: mountOf(readMounts(), real),
    inotify: readInotify(),
    descriptors: readDescriptors(),
    clock: readClock(),
  };
}

function readDescriptors(): DoctorFacts['descriptors'] {
  try {
    const limits = readFileSync('/proc/self/limits', 'utf8');
    const [, soft] = /^Max open files\s+(\d+|unlimited)/m.exec(limits) ?? [];
    if (soft === undefined) return undefined;
    const limit = soft === 'unlimited' ? Infinity : Number(soft);
    return { limit, usedCount: readdirSync('/proc/self/fd').length };
  } catch {
    return undefined;
  }
}

function readClock(): ClockFacts {
  let grainMs = Infinity; // the smallest difference between two readings
  let last = performance.now();
  for (let count = 0; count < CLOCK_READING_COUNT; count++) {
    const now = performance.now();
    if (now > last) grainMs = Math.min(grainMs, now - last);
    last = now;
  }
  return { grainMs, stepMs: Date.now() - performance.timeOrigin - performance.now() };
}
