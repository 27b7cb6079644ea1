import { closeSync, fsyncSync, openSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Moves a file aside when it has no room for so many bytes more: to `<path>.1`, what was there to `.2`, and so on; what comes after
 * `keepCount` is deleted. A line is never split over two files.
 */
export function rotateFile(
  path: string,
  room: {
    readonly addedBytes: number;
    readonly maxBytes: number;
    readonly keepCount: number;
    /** Waits for the disk, so that the names survive a power cut. */
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
