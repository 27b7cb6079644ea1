import type { StateStore } from '../../../model/reload/StateStore.js';
import type { Witness } from '../witness/Witness.js';

/** A store whose saves are seen. */
export function watchedStore(
  store: StateStore,
  witness: Required<Pick<Witness, 'saveBegun' | 'saveEnded'>>,
  track: <A>(work: Promise<A>) => Promise<A>,
): StateStore {
  return {
    load: (plugin) => store.load(plugin),
    history: (plugin) => store.history(plugin),
    remove: (plugin) => store.remove(plugin),
    close: () => store.close(),
    save: (record) => async () => {
      witness.saveBegun(record);
      const result = await track(store.save(record)());
      witness.saveEnded(record, result);
      return result;
    },
  };
}
