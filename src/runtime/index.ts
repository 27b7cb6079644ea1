export type { ReloadError, ReloadFailure } from '../model/reload/ReloadError.js';
export type {
  Rehearsal,
  RehearsedPlugin,
  ReloadOptions,
  ReloadResult,
  ReloadTarget,
  SaveState,
} from '../model/reload/ReloadTarget.js';
export type {
  CompilationCache,
  CompileSettings,
  JsxSettings,
  ModuleCompiler,
  ModuleKind,
} from '../modules/buildGraph.js';
export type { FileReading, FileStamp, PluginFiles } from '../modules/files/PluginFiles.js';
export type { EndedCall } from './calls/CallGate.js';
export { PluginCallError } from './calls/PluginCallError.js';
export { checkPlugins, type PluginCheck } from './checkPlugins.js';
export type { StaleFile } from './code/staleFiles.js';
export type { RuntimeOptions, WhenBusy } from './environment/RuntimeOptions.js';
export type { GenerationAlive, GenerationWatchOptions } from './instances/GenerationWatch.js';
export type { HandlesLeftOpen } from './instances/OpenHandles.js';
export type { ListenerHost, Owned, PluginContext } from './instances/PluginContext.js';
export type { Emitted } from './instances/PluginTalk.js';
export type { ApiVersion } from './manifest/manifestKeys.js';
export { type JsonSchema, manifestSchema } from './manifest/manifestSchema.js';
export type { PluginHandle } from './PluginHandle.js';
export { PluginRuntime } from './PluginRuntime.js';
export type { StateKeeper } from './protocol/KeptState.js';
export type { Stage } from './protocol/Stage.js';
export type { RollBackOrder, WentBack } from './recovery/rollBack.js';
export type { FaultOrigin } from './registry/faultOrigin.js';
export type { LoadResult, PluginListing } from './registry/PluginListing.js';
export type { WorkerLimits } from './worker/host/WorkerLimits.js';
export type {
  PluginThread,
  StartThread,
  ThreadOrder,
  ThreadPort,
  WorkerClock,
  WorkerPorts,
} from './worker/host/WorkerPorts.js';
export type { Question as WorkerQuestion } from './worker/wire/workerProtocol.js';
