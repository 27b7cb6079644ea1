import type { StateStore } from '../model/reload/StateStore.js';

/** What the runtime needs of a state store: any `StateStore` fits. */
export type StateKeeper = Pick<StateStore, 'save' | 'load'>;
