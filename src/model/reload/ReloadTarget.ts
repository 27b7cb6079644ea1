import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Change } from './Change.js';
import type { ReloadError } from './ReloadError.js';
import type { StateRecord, StateStamp, UnsavedState } from './StateStore.js';

/** How a reload saves the state of the version that it replaces: `StateStore.save` fits. */
export type SaveState = (record: UnsavedState) => TaskEither<ReloadError, StateRecord>;

/** What a reload is told about: why it happens, who saves the state, when to give up. */
export interface ReloadOptions {
  /** What changed. Default: unknown, for a reload that a person ordered. */
  readonly change?: Change;
  /** Saves the state before the new version serves; when it fails, the reload fails. Default: the target's own way. */
  readonly saveState?: SaveState;
  /** Aborted when the reload's deadline has passed or nobody waits for its result any more. Default: never. */
  readonly signal?: AbortSignal;
}

/** A reload that succeeded. */
export interface ReloadResult {
  /** The version that served before; 0 when none did. Equal to `to` when the files were unchanged and nothing was done. */
  readonly from: number;
  /** The version that serves now, from 1. */
  readonly to: number;
  /** Duration of each stage in milliseconds, by stage name. */
  readonly stageMs: Readonly<Record<string, number>>;
  /** Size and hash of the state that the new version took over, as JSON; absent when there was none. */
  readonly restored?: { readonly bytes: number; readonly sha256: string };
}

/** What the sinks need from a host that runs plugins. Failures are values: no task rejects. */
export interface ReloadTarget {
  /** The plugins that a change of this path concerns: the plugin that owns it, and each one that uses it. May be empty. */
  pluginsOf(path: string): readonly string[];
  /** Whether the plugin's files on disk could be loaded. Runs none of their code. */
  validatePlugin(plugin: string): TaskEither<ReloadError, void>;
  /**
   * Loads the plugin's files on disk as a new version and lets it serve. After a Left, what served before still serves.
   * `PluginGone` when the plugin's folder is gone.
   */
  reloadPlugin(plugin: string, options?: ReloadOptions): TaskEither<ReloadError, ReloadResult>;
  /** The state that the version that serves would save now, as JSON; None when it keeps none. */
  getPluginState(plugin: string): TaskEither<ReloadError, Option<unknown>>;
  /**
   * Gives a state to the version that serves. When that version refuses it, it keeps the state that it had.
   *
   * @param schema - The `state-version` of the state. Default: the plugin's own.
   */
  restorePluginState(
    plugin: string,
    state: unknown,
    schema?: number,
  ): TaskEither<ReloadError, void>;
  /** The stamp that a state which the plugin gives now is saved under; undefined when nothing serves. Optional for a target. */
  stateStampOf?(plugin: string): StateStamp | undefined;
  /** Starts the version that serves again, from its code and its last saved state. */
  restartPlugin(plugin: string): TaskEither<ReloadError, { readonly version: number }>;
  /** Lets a kept version serve again. `VersionNotKept` when it is not kept. */
  replacePlugin(
    plugin: string,
    version: number,
  ): TaskEither<ReloadError, { readonly version: number }>;
  /** Saves the plugin's state and ends it. */
  unloadPlugin(plugin: string): TaskEither<ReloadError, void>;
}
