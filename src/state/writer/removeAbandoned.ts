import { join } from 'node:path';
import { recordName } from '../records/recordName.js';
import type { StateFiles } from '../disk/StateFiles.js';
import type { StateWriter } from './SharedDirectory.js';

/** Removes the temporary files of writers that were stopped in the middle of a save. */
export function removeAbandoned(files: StateFiles, dir: string, writer: StateWriter): void {
  for (const name of files.list(dir)) {
    const file = recordName.parse(name);
    if (file?._tag !== 'temporary' || isInUse(file, writer)) continue;
    try {
      files.remove(join(dir, name));
    } catch {
      // It takes room, and does no harm.
    }
  }
}

function isInUse(
  file: { readonly pid: number; readonly token: string },
  writer: StateWriter,
): boolean {
  // In a container each start may have the same number; the token tells it from the one before.
  return file.pid === writer.pid
    ? file.token === writer.token
    : writer.isAlive(file.pid, file.token);
}
