import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathFilter } from '../../../sources/filters/pathFilter.js';
import type { TreeFacts } from '../DoctorFacts.js';

/** Files whose times are looked at: enough to tell, and soon done. */
const maxTimedCount = 1000;
/** Clocks of two machines are seldom closer than that. */
const futureMs = 2000;

/** Walks a directory as `watch` would: links are not followed, and what is excluded is not entered. */
export function readTree(root: string, exclude: readonly string[]): TreeFacts {
  const filter = pathFilter({ exclude });
  const unreadable: string[] = [];
  const found = { directoryCount: 0, fileCount: 0 };
  const times = { timedCount: 0, wholeSecondCount: 0, futureCount: 0 };

  const time = (path: string) => {
    const mtimeMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (mtimeMs === undefined) return;
    times.timedCount += 1;
    if (mtimeMs % 1000 === 0) times.wholeSecondCount += 1;
    if (mtimeMs > Date.now() + futureMs) times.futureCount += 1;
  };
  const open = ['']; // What comes before a name: `''`, or `a/b/`.
  for (let prefix = open.pop(); prefix !== undefined; prefix = open.pop()) {
    found.directoryCount += 1;
    const entries = entriesOf(join(root, prefix));
    if (entries === undefined) unreadable.push(join(root, prefix));
    for (const entry of entries ?? []) {
      const { name } = entry;
      if (entry.isDirectory()) {
        if (!filter.isExcluded(prefix, name)) open.push(`${prefix}${name}/`);
      } else if (entry.isFile() && filter.isWanted(prefix, name)) {
        found.fileCount += 1;
        if (times.timedCount < maxTimedCount) time(join(root, prefix, name));
      }
    }
  }
  return { ...found, ...times, unreadable };
}

/** `undefined`: it may not be read. What is gone by now holds nothing. */
function entriesOf(dir: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EACCES' || code === 'EPERM' ? undefined : [];
  }
}
