import type { SchedulerLike } from 'rxjs';
import type { UnstampedEvent } from '../../model/reload/ReloadEvent.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { VersionTrials } from '../../model/reload/VersionTrials.js';
import type { WhenBusy } from '../protocol/swapVersions.js';
import type { ProbationRules } from '../calls/Probation.js';
import type { StateKeeper } from '../protocol/KeptState.js';
import type { ApiVersion, Manifest } from '../manifest/Manifest.js';
import type { ModuleCompiler } from '../../modules/buildGraph.js';
import type { LimitsMs } from '../protocol/Stage.js';
import type { DependencyProblem } from '../manifest/dependencyProblem.js';
import type { HostModules } from '../../modules/evaluateGraph.js';
import type { GenerationWatch } from '../instances/GenerationWatch.js';
import type { InstanceHost } from '../instances/InstanceHost.js';
import type { PluginFiles } from '../../modules/files/PluginFiles.js';

/** What all plugins of one runtime share, as far as it does not depend on them. */
export type SharedEnvironment = Omit<RuntimeEnvironment, 'root' | 'dependencyProblem'>;

/** What a plugin's slot works with. */
export interface RuntimeEnvironment {
  readonly files: PluginFiles;
  readonly compiler: ModuleCompiler;
  readonly hostModules: HostModules;
  /** Waits until few enough other plugins are being read and compiled. */
  readonly inBuildTurn: <A>(work: () => Promise<A>) => Promise<A>;
  /** Where a plugin with this manifest runs. */
  readonly hostOf: (manifest: Manifest) => InstanceHost;
  /** Ends what they hold beside plugins. */
  readonly closeHosts: () => Promise<void>;
  /** Undefined: nobody asks whether a version is gone after its end. */
  readonly generations: GenerationWatch | undefined;
  readonly scheduler: SchedulerLike;
  /** Gives the event loop's other work its turn. */
  readonly nextTurn: () => Promise<void>;
  readonly apiVersion: ApiVersion;
  /** What manifests may ask for; undefined: anything. */
  readonly capabilities: readonly string[] | undefined;
  /** Whether a version that asks for more than the one before it waits for approval. */
  readonly capabilityGrowth: 'ask' | 'allow';
  /** Undefined: new versions are trusted at once, unless their manifests say otherwise. */
  readonly probation: ProbationRules | undefined;
  readonly limitsMs: LimitsMs;
  /** Number of earlier versions that are kept for a rollback. */
  readonly keepVersionsCount: number;
  readonly store: StateKeeper | undefined;
  readonly trials: VersionTrials | undefined;
  readonly whenBusy: WhenBusy;
  /** Paths in errors are relative to it. */
  readonly root: string;
  /** Why a plugin with this manifest cannot serve beside the others. */
  readonly dependencyProblem: (manifest: Manifest) => Promise<DependencyProblem | undefined>;
  /** Told when a plugin that runs imports a file that was not known before. */
  readonly onNewFile: () => void;
  /** What happened to a plugin without an order from outside. */
  readonly tell: (event: UnstampedEvent) => void;
  /** What went wrong after a swap, or while a plugin served: nothing waits for it. */
  readonly report: (error: ReloadError) => void;
}
