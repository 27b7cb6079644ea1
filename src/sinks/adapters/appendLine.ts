import { closeSync, fsyncSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

/** Appends one line and closes the file again, so that nothing stays open and a log rotated away is left alone. */
export function appendLine(path: string, line: string, isDurable: boolean): void {
  const file = openToAppend(path);
  try {
    writeSync(file, `${line}\n`);
    if (isDurable) fsyncSync(file);
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
