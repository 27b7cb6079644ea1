import type { StateStore } from '../../../model/reload/StateStore.js';
import { createFileStore } from '../../../state/writer/createFileStore.js';
import { SharedDirectory } from '../../../state/writer/SharedDirectory.js';
import type { StateFiles } from '../../../state/disk/StateFiles.js';
import { GENERATIONS_COUNT, STATE_DIR } from '../setup/Setup.js';

const MAX_STATE_BYTES = 4_096;

/** The store of a host with this number: `fileStateStore` over another disk. */
export function simulatedStore(
  files: StateFiles,
  number: number,
  onCorrupt: (path: string) => void,
): StateStore {
  return createFileStore({
    files,
    writer: {
      pid: number,
      token: number.toString(16).padStart(12, '0'),
      isAlive: (pid) => pid === number,
    },
    dir: STATE_DIR,
    generations: GENERATIONS_COUNT,
    maxBytes: MAX_STATE_BYTES,
    onCorrupt: ({ path }) => onCorrupt(path),
    shared: () => new SharedDirectory(STATE_DIR),
    lock: { acquire: () => Promise.resolve(() => Promise.resolve()) },
  });
}
