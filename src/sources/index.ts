export type { WatchError, WatchEvent } from '../model/events/WatchEvent.js';
export { chokidarBackend, type ChokidarBackendOptions } from './backends/chokidarBackend.js';
export type {
  BackendOptions,
  DirectoryDemand,
  Hint,
  WatchBackend,
} from './backends/WatchBackend.js';
export { nodeFsBackend } from './backends/nodeFsBackend.js';
export { pollingBackend } from './backends/pollingBackend.js';
export { readStable, type ReadStableOptions, type StableContent } from './readStable.js';
export { watch } from './watch.js';
export type { WatchOptions } from './WatchOptions.js';
