import { type Dirent, lstatSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathFilter } from '../../../sources/filters/pathFilter.js';
import type { TreeFacts } from '../DoctorFacts.js';

/** Files whose times are read: enough to judge by, and few enough to be quick. */
const MAX_TIMED_COUNT = 1000;
/**
 * A file time counts as in the future when it is more than this many milliseconds ahead. Clocks of two machines often
 * differ by less.
 */
const FUTURE_MS = 2000;

/** Walks a directory as `watch` does: without following links, and without entering excluded directories. */
export function readTree(root: string, exclude: readonly string[]): TreeFacts {
  const filter = pathFilter({ exclude });
  const unreadable: string[] = [];
  const found = { directoryCount: 0, fileCount: 0 };
  const times = { timedCount: 0, wholeSecondCount: 0, futureCount: 0 };

  const readTime = (path: string) => {
    const mtimeMs = lstatSync(path, { throwIfNoEntry: false })?.mtimeMs;
    if (mtimeMs === undefined) return;
    times.timedCount += 1;
    if (mtimeMs % 1000 === 0) times.wholeSecondCount += 1;
    if (mtimeMs > Date.now() + FUTURE_MS) times.futureCount += 1;
  };
  /** Directories to read, as prefixes of the names in them: `''`, `a/b/`. */
  const open = [''];
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
        if (times.timedCount < MAX_TIMED_COUNT) readTime(join(root, prefix, name));
      }
    }
  }
  return { ...found, ...times, unreadable };
}

/** Undefined for a directory that may not be read. A directory that no longer exists counts as empty. */
function entriesOf(dir: string): readonly Dirent[] | undefined {
  try {
    return readdirSync(dir, { withFileTypes: true });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    return code === 'EACCES' || code === 'EPERM' ? undefined : [];
  }
}
