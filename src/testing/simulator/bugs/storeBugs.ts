import { isRight, right } from 'fp-ts/lib/Either.js';
import { none, some } from 'fp-ts/lib/Option.js';
import type { StateRecord } from '../../../model/reload/StateStore.js';
import type { StateDisk } from '../disks/StateDisk.js';
import { newestRecord } from '../disks/stateRecords.js';
import type { PlantedBug } from './PlantedBug.js';

/** Defects of the state store, and of how it uses its disk. */
export const storeBugs: Readonly<Record<string, PlantedBug>> = {
  'acknowledges-before-fsync': { files: (files) => ({ ...files, sync: () => Promise.resolve() }) },
  'directory-not-fsynced': {
    files: (files) => ({ ...files, syncDirectory: () => Promise.resolve() }),
  },
  'acknowledges-a-failed-save': {
    store: (store) => ({
      ...store,
      save: (record) => async () => {
        const saved = await store.save(record)();
        return isRight(saved) ? saved : right({ ...record, seq: 0 });
      },
    }),
  },
  'corrupt-record-returned': {
    store: (store, { disk }) => ({
      ...store,
      load: (plugin) => () => {
        const record = newestUnchecked(disk, plugin);
        return record === undefined ? store.load(plugin)() : Promise.resolve(right(some(record)));
      },
    }),
  },
  'restores-an-older-state': {
    store: (store) => ({
      ...store,
      load: (plugin) => async () => {
        const history = await store.history(plugin)();
        if (!isRight(history)) return history;
        const oldest = history.right[0];
        return right(oldest === undefined ? none : some(oldest));
      },
    }),
  },
  'restores-another-plugins-state': {
    store: (store, { plugins }) => ({
      ...store,
      load: (plugin) =>
        store.load(plugins[(plugins.indexOf(plugin) + 1) % plugins.length] ?? plugin),
    }),
  },
  'damaged-record-deleted': {
    files: (files) => ({
      ...files,
      rename: (from, to) => (to.endsWith('.corrupt') ? files.remove(from) : files.rename(from, to)),
    }),
  },
  'keeps-every-generation': {
    files: (files) => ({
      ...files,
      remove: (path) => {
        if (!path.endsWith('.state')) files.remove(path);
      },
    }),
  },
  'leaves-temporary-files': {
    files: (files) => ({
      ...files,
      remove: (path) => {
        if (!path.endsWith('.tmp')) files.remove(path);
      },
    }),
  },
};

/** What a store that skips the checksum reads. */
function newestUnchecked(disk: StateDisk, plugin: string): StateRecord | undefined {
  const newest = newestRecord(disk, plugin);
  if (newest === undefined) return undefined;
  const { seq, path } = newest;
  const bytes = disk.read(path, Infinity)?.bytes;
  const text = Buffer.from(bytes ?? []).toString();
  try {
    const state: unknown = JSON.parse(text.slice(text.indexOf('\n') + 1));
    return { plugin, seq, schema: 1, codeHash: '', state };
  } catch {
    return undefined;
  }
}
