export type { Change } from './model/reload/Change.js';
export type { DurationSummary } from './model/reload/addDuration.js';
export { foldEvents, type FoldedEvents } from './model/events/foldEvents.js';
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
  ReloadEvent,
  ReloadFact,
  UnstampedEvent,
} from './model/reload/ReloadEvent.js';
export { ChangeCodec, WatchEventCodec } from './model/codecs/ChangeCodec.js';
export { ReloadEventCodec } from './model/codecs/ReloadEventCodec.js';
export type { ChangeCounts, PluginHealth, ReloadHealth } from './model/reload/ReloadHealth.js';
export type {
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
export { toReloadError } from './model/reload/toReloadError.js';
export type { TriedVersion, VersionTrials } from './model/reload/VersionTrials.js';
export type { WatchError, WatchEvent } from './model/events/WatchEvent.js';
export {
  type BackoffCurve,
  type BackoffPolicy,
  backoffRetry,
  type BackoffRetryConfig,
  breakers,
  type BreakerTransition,
  circuitBreak,
  type CircuitBreaker,
  type CircuitBreakerConfig,
  circuitBreakMap,
  type CircuitBreakMapConfig,
  CircuitOpenError,
  coalesceMap,
  consecutive,
  constant,
  createCircuitBreaker,
  debounceAdaptive,
  type DebounceAdaptiveConfig,
  type DebounceEvent,
  type DebounceReduceConfig,
  type DebounceView,
  distinctContent,
  type DistinctContentOptions,
  exponential,
  failureRate,
  fibonacci,
  type Jitter,
  linear,
  type PendingWindow,
  perKey,
  type PerKeyOptions,
  retryBudget,
  type RetryBudget,
  type TripPolicy,
} from './operators/index.js';
export type {
  HookName,
  HotReloadOptions,
  WatchStatus,
} from './pipeline/options/HotReloadOptions.js';
export { hotReload } from './pipeline/hotReload.js';
export { presets } from './pipeline/presets.js';
export {
  provisionalVersions,
  type ProvisionalVersions,
  type ProvisionalVersionsOptions,
} from './pipeline/trials/provisionalVersions.js';
export { stampEvents } from './pipeline/stream/stampEvents.js';
export {
  type WatchedPlugins,
  watchPlugins,
  type WatchPluginsOptions,
} from './pipeline/watchPlugins.js';
export { PluginRuntime } from './runtime/PluginRuntime.js';
export type { PluginContext } from './runtime/instances/PluginContext.js';
export type { RuntimeOptions } from './runtime/environment/RuntimeOptions.js';
export { auditLog, type AuditLogOptions } from './sinks/auditLog.js';
export { printEvents, type PrintEventsOptions } from './sinks/printEvents.js';
export { reloadHealth } from './sinks/reloadHealth.js';
export { reloadPlugin, type ReloadPluginOptions } from './sinks/reloadPlugin.js';
export { restartPlugin } from './sinks/restartPlugin.js';
export { restoreState, type RestoreStateOptions } from './sinks/restoreState.js';
export { saveState, type SaveStateOptions } from './sinks/saveState.js';
export {
  chokidarBackend,
  type ChokidarBackendOptions,
} from './sources/backends/chokidarBackend.js';
export type { Hint, WatchBackend } from './sources/backends/WatchBackend.js';
export { nodeFsBackend } from './sources/backends/nodeFsBackend.js';
export { pollingBackend } from './sources/backends/pollingBackend.js';
export { readStable, type ReadStableOptions, type StableContent } from './sources/readStable.js';
export { watch } from './sources/watch.js';
export type { WatchOptions } from './sources/WatchOptions.js';
export { fileStateStore } from './state/fileStateStore.js';
export { memoryStateStore } from './state/memoryStateStore.js';
export { type Migration, migrationChain } from './state/migrationChain.js';
export { type StateCodec, withCodecs } from './state/withCodecs.js';
