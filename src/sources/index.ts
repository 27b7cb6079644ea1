export type { WatchError } from '../model/WatchError.js';
export type { WatchEvent } from '../model/WatchEvent.js';
export { chokidarBackend } from './chokidarBackend.js';
export type { Hint } from './Hint.js';
export { nodeFsBackend } from './nodeFsBackend.js';
export { pollingBackend } from './pollingBackend.js';
export { watch } from './watch.js';
export type { BackendOptions, DirectoryDemand, WatchBackend } from './WatchBackend.js';
export type { WatchOptions } from './WatchOptions.js';
