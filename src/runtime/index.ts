export { PluginRuntime } from './PluginRuntime.js';
export type { LoadResult } from './PluginLoader.js';
export type { PluginListing } from './PluginListing.js';
export type { ApiVersion } from './ApiVersion.js';
export type { GenerationAlive, GenerationWatchOptions } from './GenerationWatch.js';
export type { ListenerHost, Owned, PluginContext } from './PluginContext.js';
export { manifestSchema, type JsonSchema } from './manifestSchema.js';
export { checkPlugins, type PluginCheck } from './checkPlugins.js';
export { PluginCallError } from './PluginCallError.js';
export type { FileReading, FileStamp, PluginFiles } from '../modules/files/PluginFiles.js';
export type { RuntimeOptions } from './RuntimeOptions.js';
export type { WorkerLimits } from './worker/WorkerLimits.js';
export type { StateKeeper } from './StateKeeper.js';
export type {
  ReloadOptions,
  ReloadResult,
  ReloadTarget,
  SaveState,
} from '../model/reload/ReloadTarget.js';
export type { ReloadError, ReloadFailure } from '../model/reload/ReloadError.js';
