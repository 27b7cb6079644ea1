import type { SchedulerLike } from 'rxjs';
import type { Semaphore } from '../../model/concurrency.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { VersionTrials } from '../../model/reload/VersionTrials.js';
import type { ModuleCompiler } from '../../modules/buildGraph.js';
import type { CompileCache } from '../../modules/compileCache.js';
import type { HostModules } from '../../modules/evaluateGraph.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';
import type { EndedCall } from '../calls/CallGate.js';
import type { ProbationRules } from '../calls/Probation.js';
import type { SharedModules } from '../code/SharedModules.js';
import type { GenerationWatch } from '../instances/GenerationWatch.js';
import type { HandleReports, InstanceHost } from '../instances/InstanceHost.js';
import type { PluginTalk } from '../instances/PluginTalk.js';
import type { ApiVersion, Manifest } from '../manifest/manifestKeys.js';
import type { ReadManifest } from '../manifest/readManifest.js';
import type { StateKeeper } from '../protocol/KeptState.js';
import type { LimitsMs } from '../protocol/Stage.js';
import type { WhenBusy } from './RuntimeOptions.js';

/** The part of the environment that all plugins of a runtime share. */
export type SharedEnvironment = Omit<RuntimeEnvironment, 'root'>;

/** What a plugin's slot works with: the options of the runtime with their defaults, and ports. */
export interface RuntimeEnvironment {
  readonly files: PluginFiles;
  readonly compiler: ModuleCompiler;
  /** What was compiled before, on disk; undefined: nothing is kept. */
  readonly compileCache: CompileCache | undefined;
  readonly hostModules: HostModules;
  /** What plugins in process get as `ctx.host`. */
  readonly provide: Readonly<Record<string, unknown>>;
  /** How plugins reach each other, and tell things. */
  readonly talk: PluginTalk;
  /** Told of each call after it ended; undefined: nobody is. */
  readonly onCall: ((call: EndedCall) => void) | undefined;
  /** Files that plugins share with the host; undefined: none. */
  readonly shared: SharedModules | undefined;
  /** Whether a plugin with this manifest runs in a worker. */
  readonly isInWorker: (manifest: Manifest) => boolean;
  /** Whether a file is shared with the host; undefined: none is. */
  readonly isShared?: (path: string) => boolean;
  /** Runs the work as soon as fewer builds than the limit are under way. */
  readonly inBuildTurn: Semaphore;
  /** Where a plugin with this manifest runs. */
  readonly hostOf: (manifest: Manifest) => InstanceHost;
  /** Ends what the hosts hold when all plugins are unloaded, such as spare workers. */
  readonly closeHosts: () => Promise<void>;
  /** Told of what versions leave open at their end. */
  readonly handles: HandleReports;
  /** Undefined: nobody checks whether a version that ended is still in memory. */
  readonly generations: GenerationWatch | undefined;
  readonly scheduler: SchedulerLike;
  /** Resolves after the other work that is due in the event loop. */
  readonly nextTurn: () => Promise<void>;
  readonly apiVersion: ApiVersion;
  /** Whether a plugin needs a manifest. */
  readonly manifests: 'required' | 'optional';
  /** By path: the manifests that were read last. */
  readonly manifestsRead: Map<string, ReadManifest>;
  /** Capabilities that manifests may declare; undefined: any. */
  readonly capabilities: readonly string[] | undefined;
  /** Whether a version that declares more capabilities than the one before it waits for approval. */
  readonly capabilityGrowth: 'ask' | 'allow';
  /** Undefined: new versions are trusted at once, unless their manifests say otherwise. */
  readonly probation: ProbationRules | undefined;
  readonly limitsMs: LimitsMs;
  /** Number of earlier versions that are kept per plugin for a rollback. */
  readonly keepVersionsCount: number;
  readonly store: StateKeeper | undefined;
  readonly trials: VersionTrials | undefined;
  readonly whenBusy: WhenBusy;
  /** Paths in errors are relative to it. */
  readonly root: string;
  /** Called when a plugin that runs imports a file that was not known before. */
  readonly onNewFile: () => void;
  /** Emits an event that is not the outcome of a reload, such as a rollback. */
  readonly emit: (event: UnstampedEvent) => void;
  /** Reports a failure that no caller waits for: after a swap, or while a plugin serves. */
  readonly report: (error: ReloadError) => void;
}
