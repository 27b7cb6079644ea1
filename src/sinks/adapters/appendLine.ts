import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/** Appends one line and closes the file again, so that nothing stays open and a log rotated away is left alone. */
export function appendLine(path: string, line: string, isDurable: boolean): void {
  const file = openSync(path, 'a', 0o600);
  try {
    writeSync(file, `${line}\n`);
    if (isDurable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}
