export type { StateRecord, StateStore, UnsavedState } from '../model/reload/StateStore.js';
export { type FileStateStoreOptions, fileStateStore } from './fileStateStore.js';
export { memoryStateStore } from './memoryStateStore.js';
export { type Migration, migrationChain } from './migrationChain.js';
export type { CorruptRecord } from './records/readRecord.js';
export { type StateCodec, withCodecs } from './withCodecs.js';
