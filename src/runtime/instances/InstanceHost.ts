import type { Either } from 'fp-ts/lib/Either.js';
import type { OnWait } from '../../model/concurrency.js';
import type { ReloadError } from '../../model/reload/ReloadError.js';
import type { GraphBuilder } from '../../modules/buildGraph.js';
import type { PluginCode } from '../code/PluginCode.js';
import type { GenerationWatch, GenerationWatchOptions } from './GenerationWatch.js';
import type { PluginInstance } from './PluginInstance.js';
import type { PluginTalk } from './PluginTalk.js';

/** Who is told of what versions leave open. It can be set later, for the versions that are loaded from then on. */
export interface HandleReports {
  onOpen: GenerationWatchOptions['onOpen'];
}

/** What an instance needs from its runtime. */
export interface InstanceEnvironment extends GraphBuilder {
  /** Called when a running plugin imports a file that the build did not know of: the file must be watched from now on. */
  readonly onNewFile: () => void;
  /** `RuntimeOptions.provide`. */
  readonly provide?: Readonly<Record<string, unknown>>;
  /** How the plugin reaches others. Default: nobody listens. */
  readonly talk?: PluginTalk;
  /** Undefined: nobody checks whether a version is garbage after its end. */
  readonly generations: GenerationWatch | undefined;
  /** Told of what versions leave open at their end. Left out, or without `onOpen`: nobody looks. */
  readonly handles?: HandleReports;
  /** Reports a failure that no caller waits for, such as a throw in a plugin's timer. */
  readonly report: (error: ReloadError) => void;
}

/** A version that is about to be loaded. None of its code has run yet. */
export interface UnloadedInstance {
  /**
   * Resolves when the machine may make a place for the modules: it makes so many at a time. That wait is no work of the plugin. Called before
   * `ready`, if at all. The turn ends when `ready` has resolved, or with `dispose`.
   */
  turn?(onWait?: OnWait): Promise<void>;
  /** Resolves when there is a place for the modules to run in, or there will be none. Called before `load`, if at all. */
  ready?(): Promise<void>;
  /** LOAD: runs the modules. Called once. */
  load(): Promise<Either<ReloadError, PluginInstance>>;
  /**
   * Ends the version, also while `load` runs. Never rejects. After `overdue` is aborted it resolves without waiting for the plugin.
   * Returns what the plugin's resources threw as they ended.
   */
  dispose(overdue: AbortSignal): Promise<readonly unknown[]>;
}

/** The port to where plugins run: in this process, or each version in a worker. */
export interface InstanceHost {
  open(environment: InstanceEnvironment, code: PluginCode, version: number): UnloadedInstance;
  /** Ends all that no plugin uses any more, such as a spare worker. */
  close(): Promise<void>;
}
