import { readdirSync, readFileSync, realpathSync } from 'node:fs';
import { readMounts } from '../../../sources/adapters/readMounts.js';
import { mountOf } from '../../../sources/disk/mounts.js';
import type { ClockFacts, DoctorFacts } from '../DoctorFacts.js';
import { watchedExcludes } from '../../arguments/directories.js';
import { readInotify } from './readInotify.js';
import { readTree } from './readTree.js';

/** Looks at this machine, and at a directory on it. Changes nothing. */
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
  let grainMs = Infinity;
  let last = performance.now();
  for (let count = 0; count < 1000; count++) {
    const now = performance.now();
    if (now > last) grainMs = Math.min(grainMs, now - last);
    last = now;
  }
  return { grainMs, stepMs: Date.now() - performance.timeOrigin - performance.now() };
}
