export { ChangeCodec, WatchEventCodec } from './model/codecs/ChangeCodec.js';
export { ReloadEventCodec } from './model/codecs/ReloadEventCodec.js';
export { type FoldedEvents, foldEvents } from './model/events/foldEvents.js';
export type { WatchError, WatchEvent } from './model/events/WatchEvent.js';
export type { DurationSummary } from './model/reload/addDuration.js';
export type { Change } from './model/reload/Change.js';
export { foldHealth } from './model/reload/foldHealth.js';
export type {
  Aborted,
  ApiVersionMismatch,
  CapabilitiesNotApproved,
  CircuitOpen,
  CompilationFailed,
  Crashed,
  EvaluationFailed,
  ExportMissing,
  HealthCheckFailed,
  Io,
  LifecycleFailed,
  ManifestInvalid,
  ManifestNotFound,
  NameTaken,
  PluginGone,
  PluginNotFound,
  ProbationFailed,
  ReloadError,
  ReloadFailure,
  StateCorrupt,
  StateLarge,
  StateRejected,
  StateSaveFailed,
  TimedOut,
  Unexpected,
  VersionNotKept,
  VersionSuspect,
} from './model/reload/ReloadError.js';
export type {
  BreakerStateName,
  OfChanges,
  OfFiles,
  ReloadCause,
  ReloadEvent,
  ReloadFact,
  UnstampedEvent,
  WindowEnd,
} from './model/reload/ReloadEvent.js';
export type { ChangeCounts, PluginHealth, ReloadHealth } from './model/reload/ReloadHealth.js';
export type {
  Rehearsal,
  RehearsedPlugin,
  ReloadOptions,
  ReloadResult,
  ReloadTarget,
  SaveState,
} from './model/reload/ReloadTarget.js';
export type {
  StateRecord,
  StateStamp,
  StateStore,
  UnsavedState,
} from './model/reload/StateStore.js';
export type { RequestOptions, SwapOutcome, TargetRequest } from './model/reload/TargetRequest.js';
export { toReloadError } from './model/reload/toReloadError.js';
export type { TakenBack, TriedVersion, VersionTrials } from './model/reload/VersionTrials.js';
export {
  type BackoffCurve,
  type BackoffPolicy,
  type BackoffRetryConfig,
  type BreakerTransition,
  backoffRetry,
  breakers,
  type CircuitBreaker,
  type CircuitBreakerConfig,
  type CircuitBreakMapConfig,
  CircuitOpenError,
  circuitBreak,
  circuitBreakMap,
  coalesceMap,
  consecutive,
  constant,
  createCircuitBreaker,
  type DebounceAdaptiveConfig,
  type DebounceEvent,
  type DebounceReduceConfig,
  type DebounceView,
  type DistinctContentOptions,
  debounceAdaptive,
  distinctContent,
  exponential,
  failureRate,
  fibonacci,
  type Jitter,
  linear,
  type PendingWindow,
  type PerKeyOptions,
  perKey,
  type RetryBudget,
  retryBudget,
  type TripPolicy,
} from './operators/index.js';
export { hotReload } from './pipeline/hotReload.js';
export type {
  FirstLoad,
  HookName,
  HotReloadOptions,
  WatchStatus,
} from './pipeline/options/HotReloadOptions.js';
export { presets } from './pipeline/presets.js';
export type { KnowsAttempts } from './pipeline/stream/MissedChanges.js';
export { stampEvents } from './pipeline/stream/stampEvents.js';
export {
  type ProvisionalVersions,
  type ProvisionalVersionsOptions,
  provisionalVersions,
} from './pipeline/trials/provisionalVersions.js';
export {
  type WatchedPlugins,
  type WatchPluginsOptions,
  watchPlugins,
} from './pipeline/watchPlugins.js';
export type { EndedCall } from './runtime/calls/CallGate.js';
export type { RuntimeOptions } from './runtime/environment/RuntimeOptions.js';
export type { PluginContext } from './runtime/instances/PluginContext.js';
export type { LifecycleName } from './runtime/instances/PluginInstance.js';
export type { Emitted } from './runtime/instances/PluginTalk.js';
export type { PluginHandle } from './runtime/PluginHandle.js';
export { PluginRuntime } from './runtime/PluginRuntime.js';
export type { AttemptSight } from './runtime/registry/Attempts.js';
export { type AuditLogOptions, auditLog } from './sinks/auditLog.js';
export { type PrintEventsOptions, printEvents } from './sinks/printEvents.js';
export { reloadHealth } from './sinks/reloadHealth.js';
export { type ReloadPluginOptions, reloadPlugin } from './sinks/reloadPlugin.js';
export { restartPlugin } from './sinks/restartPlugin.js';
export { type RestoreStateOptions, restoreState } from './sinks/restoreState.js';
export { type SaveStateOptions, saveState } from './sinks/saveState.js';
export {
  type ChokidarBackendOptions,
  chokidarBackend,
} from './sources/backends/chokidarBackend.js';
export { nodeFsBackend } from './sources/backends/nodeFsBackend.js';
export { pollingBackend } from './sources/backends/pollingBackend.js';
export type { Hint, WatchBackend } from './sources/backends/WatchBackend.js';
export { type ReadStableOptions, readStable, type StableContent } from './sources/readStable.js';
export type { WatchOptions } from './sources/WatchOptions.js';
export { watch } from './sources/watch.js';
export { fileStateStore } from './state/fileStateStore.js';
export { memoryStateStore } from './state/memoryStateStore.js';
export { type Migration, migrationChain } from './state/migrationChain.js';
export { type StateCodec, withCodecs } from './state/withCodecs.js';
