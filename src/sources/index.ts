export type { IgnoredPath } from '../model/events/IgnoredPath.js';
export type { WatchError, WatchEvent } from '../model/events/WatchEvent.js';
export type { FileReader } from './adapters/fileReader.js';
export { type ChokidarBackendOptions, chokidarBackend } from './backends/chokidarBackend.js';
export { nodeFsBackend } from './backends/nodeFsBackend.js';
export { type PollingBackendOptions, pollingBackend } from './backends/pollingBackend.js';
export type {
  BackendOptions,
  DirectoryDemand,
  Hint,
  WatchBackend,
} from './backends/WatchBackend.js';
export { type ReadStableOptions, readStable, type StableContent } from './readStable.js';
export type { WatchOptions } from './WatchOptions.js';
export { watch } from './watch.js';
