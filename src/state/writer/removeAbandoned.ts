import { join } from 'node:path';
import type { StateFiles } from '../disk/StateFiles.js';
import { recordName } from '../records/recordName.js';
import type { StateWriter } from './SharedDirectory.js';

/** Removes temporary files whose writers ended during a save. */
export function removeAbandoned(files: StateFiles, dir: string, writer: StateWriter): void {
  for (const name of files.list(dir)) {
    const file = recordName.parse(name);
    if (file?._tag !== 'temporary' || isInUse(file, writer)) continue;
    try {
      files.remove(join(dir, name));
    } catch {
      // It takes space and does no harm.
    }
  }
}

function isInUse(
  file: { readonly pid: number; readonly token: string },
  writer: StateWriter,
): boolean {
  // In a container every start may have the same pid: only the token distinguishes this process from the one before.
  return file.pid === writer.pid
    ? file.token === writer.token
    : writer.isAlive(file.pid, file.token);
}
