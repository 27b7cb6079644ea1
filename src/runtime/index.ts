export { PluginRuntime } from './PluginRuntime.js';
export type { LoadResult } from './PluginLoader.js';
export type { PluginListing } from './PluginRuntime.js';
export type { ApiVersion } from './ApiVersion.js';
export type { ListenerHost, Owned, PluginContext } from './PluginContext.js';
export { PluginCallError } from './PluginCallError.js';
export type { FileReading, FileStamp, PluginFiles } from './PluginFiles.js';
export type { RuntimeOptions } from './RuntimeOptions.js';
export type { StateKeeper } from './StateKeeper.js';
