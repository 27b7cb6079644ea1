import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Change } from './Change.js';
import type { ReloadError } from './ReloadError.js';
import type { StateRecord, StateStamp, UnsavedState } from './StateStore.js';

/** How a reload keeps the state of the version it replaces: `StateStore.save` fits. */
export type SaveState = (record: UnsavedState) => TaskEither<ReloadError, StateRecord>;

export interface ReloadOptions {
  /** What changed; left out for a reload that a person ordered. */
  readonly change?: Change;
  readonly saveState?: SaveState;
  /** Aborted when the reload's deadline has passed or nobody waits for it any more. */
  readonly signal?: AbortSignal;
}

/** A reload that ended well. `from` 0: nothing served before; `from` = `to`: the same bytes, nothing was done. */
export interface ReloadResult {
  readonly from: number;
  readonly to: number;
  /** Duration of each stage in milliseconds, by stage name. */
  readonly stageMs: Readonly<Record<string, number>>;
  /** The state that the new version took over; absent when there was none. */
  readonly restored?: { readonly bytes: number; readonly sha256: string };
}

/** What the sinks need from a host that runs plugins. Failures are values: no task rejects. */
export interface ReloadTarget {
  /** The plugins that a change of this file concerns: its own, and each one that uses it. */
  pluginsOf(path: string): readonly string[];
  validatePlugin(plugin: string): TaskEither<ReloadError, void>;
  reloadPlugin(plugin: string, options?: ReloadOptions): TaskEither<ReloadError, ReloadResult>;
  getPluginState(plugin: string): TaskEither<ReloadError, Option<unknown>>;
  /** `schema`: the `state-version` that the state has; left out, it is the plugin's own. */
  restorePluginState(
    plugin: string,
    state: unknown,
    schema?: number,
  ): TaskEither<ReloadError, void>;
  /** What a state that the plugin gives now is to be saved under; undefined when nothing serves. A target may leave it out. */
  stateStampOf?(plugin: string): StateStamp | undefined;
  restartPlugin(plugin: string): TaskEither<ReloadError, { readonly version: number }>;
  replacePlugin(
    plugin: string,
    version: number,
  ): TaskEither<ReloadError, { readonly version: number }>;
  unloadPlugin(plugin: string): TaskEither<ReloadError, void>;
}
