import {
  closeSync,
  fstatSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';

/**
 * Appends one line and closes the file, so that no descriptor stays open and a rotated file is not written to.
 *
 * @param how - `isDurable`: flush the file. `mayBeTorn`: the file may end in the middle of a line, because a disk was
 *   full or a host was killed. If it does, a line feed is written before the line.
 */
export function appendLine(
  path: string,
  line: string,
  { isDurable, mayBeTorn }: { readonly isDurable: boolean; readonly mayBeTorn: boolean },
): void {
  const isTorn = mayBeTorn && endsWithinLine(path);
  const file = openToAppend(path);
  try {
    const bytes = Buffer.from(`${isTorn ? '\n' : ''}${line}\n`);
    // A disk that becomes full writes a part, and reports the error only on the next write.
    for (let count = 0; count < bytes.length; ) count += writeSync(file, bytes, count);
    if (isDurable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function endsWithinLine(path: string): boolean {
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return false;
  const file = openSync(path, 'r');
  try {
    const last = Buffer.alloc(1);
    const count = readSync(file, last, 0, 1, Math.max(0, fstatSync(file).size - 1));
    return count === 1 && last.toString('latin1') !== '\n';
  } finally {
    closeSync(file);
  }
}

function openToAppend(path: string): number {
  try {
    return openSync(path, 'a', 0o600);
  } catch {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    return openSync(path, 'a', 0o600);
  }
}
