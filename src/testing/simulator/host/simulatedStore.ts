import type { StateStore } from '../../../model/reload/StateStore.js';
import type { StateFiles } from '../../../state/disk/StateFiles.js';
import { createFileStore } from '../../../state/writer/createFileStore.js';
import { SharedDirectory } from '../../../state/writer/SharedDirectory.js';
import type { RunObserver } from '../observe/RunObserver.js';
import { GENERATIONS_COUNT, STATE_DIR } from '../setup/Setup.js';

/** More than a simulated plugin's state ever has. */
const MAX_STATE_BYTES = 4_096;

/** `fileStateStore` of the host with this process id, over a simulated disk. */
export function simulatedStore(
  files: StateFiles,
  pid: number,
  onCorrupt: (path: string) => void,
  dir = STATE_DIR,
): StateStore {
  return createFileStore({
    files,
    writer: {
      pid,
      token: pid.toString(16).padStart(12, '0'),
      // One host at a time: each earlier one is dead.
      isAlive: (other) => other === pid,
    },
    dir,
    generations: GENERATIONS_COUNT,
    maxBytes: MAX_STATE_BYTES,
    onCorrupt: ({ path }) => onCorrupt(path),
    shared: () => new SharedDirectory(dir),
    lock: { acquire: () => Promise.resolve(() => Promise.resolve()) },
  });
}

/** The store, with its saves reported to `observer`. */
export function observedStore(
  store: StateStore,
  observer: Required<Pick<RunObserver, 'saveStarted' | 'saveEnded'>>,
  track: <A>(work: Promise<A>) => Promise<A>,
): StateStore {
  return {
    load: (plugin) => store.load(plugin),
    history: (plugin) => store.history(plugin),
    remove: (plugin) => store.remove(plugin),
    close: () => store.close(),
    save: (record) => async () => {
      observer.saveStarted(record);
      const result = await track(store.save(record)());
      observer.saveEnded(record, result);
      return result;
    },
  };
}
