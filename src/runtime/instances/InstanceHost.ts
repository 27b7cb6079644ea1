import type { Either } from 'fp-ts/lib/Either.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { GraphBuilder } from '../../modules/buildGraph.js';
import type { GenerationWatch } from './GenerationWatch.js';
import type { PluginInstance } from './PluginInstance.js';
import type { PluginCode } from '../code/PluginCode.js';

/** What a place to run in makes use of. */
export interface InstanceEnvironment extends GraphBuilder {
  /** Told when a plugin that runs imports a file that was not known before. */
  readonly onNewFile: () => void;
  /** Undefined: nobody asks whether a version is gone after its end. */
  readonly generations: GenerationWatch | undefined;
  /** What went wrong beside what was asked for. */
  readonly report: (error: ReloadError) => void;
}

/** A version that has a place to run in, and nothing of it has run yet. */
export interface UnloadedInstance {
  /** LOAD: runs the modules. */
  load(): Promise<Either<ReloadError, PluginInstance>>;
  /** Gives the place up, whatever `load` is doing; never throws, and waits for nothing long after `overdue`. */
  dispose(overdue: AbortSignal): Promise<readonly unknown[]>;
}

/** The port to where plugins run: this process, or a worker for each version. */
export interface InstanceHost {
  open(environment: InstanceEnvironment, code: PluginCode, version: number): UnloadedInstance;
  /** Ends what no plugin uses any more, such as a spare. */
  close(): Promise<void>;
}
