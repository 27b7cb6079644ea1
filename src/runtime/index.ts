export { PluginRuntime, type PluginListing } from './PluginRuntime.js';
export type { LoadResult } from './registry/PluginRegistry.js';
export type { ApiVersion } from './manifest/manifestKeys.js';
export type { GenerationAlive, GenerationWatchOptions } from './instances/GenerationWatch.js';
export type { ListenerHost, Owned, PluginContext } from './instances/PluginContext.js';
export { manifestSchema, type JsonSchema } from './manifest/manifestSchema.js';
export { checkPlugins, type PluginCheck } from './checkPlugins.js';
export { PluginCallError } from './calls/PluginCallError.js';
export type { FileReading, FileStamp, PluginFiles } from '../modules/files/PluginFiles.js';
export type { RuntimeOptions } from './environment/RuntimeOptions.js';
export type { WorkerLimits } from './worker/host/WorkerLimits.js';
export type { StateKeeper } from './protocol/KeptState.js';
export type {
  ReloadOptions,
  ReloadResult,
  ReloadTarget,
  SaveState,
} from '../model/reload/ReloadTarget.js';
export type { ReloadError, ReloadFailure } from '../model/reload/ReloadError.js';
