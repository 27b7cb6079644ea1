import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Renames a file that has no room for `addedBytes` more to `<path>.1`, the old `.1` to `.2`, and so on. Deletes the
 * files beyond `keepCount`.
 */
export function rotateFile(
  path: string,
  room: {
    readonly addedBytes: number;
    readonly maxBytes: number;
    readonly keepCount: number;
    /** Flushes the directory, so that the names survive a loss of power. */
    readonly isDurable: boolean;
  },
): void {
  const sizeBytes = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (sizeBytes === 0 || sizeBytes + room.addedBytes <= room.maxBytes) return;
  if (room.keepCount === 0) {
    rmSync(path);
    return;
  }
  for (let age = room.keepCount - 1; age >= 0; age -= 1) {
    const from = age === 0 ? path : `${path}.${age}`;
    if (statSync(from, { throwIfNoEntry: false })) renameSync(from, `${path}.${age + 1}`);
  }
  if (room.isDurable) syncDirectory(dirname(path));
}

function syncDirectory(dir: string): void {
  const handle = openSync(dir, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
