import type { SchedulerLike } from 'rxjs';
import type { ApiVersion } from '../../runtime/manifest/manifestKeys.js';
import type { PluginRuntime } from '../../runtime/PluginRuntime.js';
import type { FleetError } from '../protocol/FleetError.js';
import type { Bundles } from '../protocol/FleetStore.js';
import type { HostReport } from '../protocol/HostReport.js';
import type { AgentHome } from './AgentHome.js';
import type { CallCounter } from './CallCounter.js';

/** What an agent did, or could not do. */
export interface AgentEvent {
  /**
   * `Accepted`, `Serving`, `Proven`, `Nack`: what was reported about a version. `EngineLost`, `EngineBack`: whether the engine answers; what
   * serves goes on serving. Others: a document, a bundle or a name cannot be used; what serves goes on serving.
   */
  readonly _tag:
    | 'Accepted'
    | 'Serving'
    | 'Proven'
    | 'Nack'
    | 'EngineLost'
    | 'EngineBack'
    | Exclude<FleetError['_tag'], 'EngineUnreachable'>;
  /** Empty for what concerns the whole host. */
  readonly plugin: string;
  readonly message: string;
}

/** What an agent needs of the runtime that runs its plugins. A `PluginRuntime` has it. */
export type AgentRuntime = Pick<
  PluginRuntime,
  'loadEach' | 'rollBackPlugin' | 'getPluginState' | 'stateStampOf' | 'fingerprintOf' | 'plugins'
>;

/** What the parts of one agent share. */
export interface AgentPorts {
  readonly host: string;
  readonly home: AgentHome;
  readonly bundles: Bundles;
  readonly trustedKeys: readonly string[];
  readonly apiVersion: ApiVersion;
  readonly calls: CallCounter;
  readonly scheduler: SchedulerLike;
  readonly splayMs: number;
  readonly provenAfterMs: number;
  /** Tells the pipeline that a plugin's files have changed. */
  readonly changed: (tag: 'Created' | 'Modified' | 'Deleted', path: string) => void;
  readonly tell: (event: AgentEvent) => void;
  /** Whether the engine answered, for `EngineLost` and `EngineBack`. */
  readonly answered: (failure: FleetError | undefined) => void;
  /** Sends a report, again and again until the engine has it, or a newer one of this plugin takes its place. */
  readonly send: (report: HostReport) => void;
}
