import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { Change } from './Change.js';
import type { ReloadError } from './ReloadError.js';
import type { ReloadCause } from './ReloadEvent.js';
import type { StateRecord, StateStamp, UnsavedState } from './StateStore.js';

/** How a reload saves the state of the version that it replaces: `StateStore.save` fits. */
export type SaveState = (record: UnsavedState) => TaskEither<ReloadError, StateRecord>;

/** The inputs of a reload: what changed, how to save the state, and when to abort. */
export interface ReloadOptions {
  /** What changed. Default: unknown, for a reload that a person ordered. */
  readonly change?: Change;
  /**
   * Saves the state before the new version serves; when the save fails, the reload fails. Default: the target saves the
   * state in its own way.
   */
  readonly saveState?: SaveState;
  /**
   * Called when the new version comes to serve, or when none serves any more because the plugin is unloaded: from then on the work cannot
   * fail. What is left of it, such as the end of the version before, has deadlines of its own. A target that never calls it has its
   * reloads ended at the deadline in any case.
   */
  readonly onCommit?: () => void;
  /** Aborted when the reload's deadline has passed or nobody waits for its result any more. Default: never. */
  readonly signal?: AbortSignal;
  /**
   * Why the reload is attempted. A pipeline says it with each attempt. Default: somebody called for it. A target that is part of a running
   * pipeline hands such an order to the pipeline.
   */
  readonly cause?: ReloadCause;
  /**
   * Called when the reload begins to wait for the reloads of other plugins; the target calls what it returns when the wait is over. The
   * deadline of an attempt counts the plugin's own work, so it stands still meanwhile. Default: nobody counts.
   */
  readonly onWait?: () => () => void;
}

/** A reload that succeeded. */
export interface ReloadResult {
  /** The version that served before; 0 when none did. Equal to `to` when the files were unchanged and nothing was done. */
  readonly from: number;
  /** The version that serves now, from 1. */
  readonly to: number;
  /** Duration of each stage in milliseconds, by stage name. */
  readonly stageMs: Readonly<Record<string, number>>;
  /** Size and hash of the state that the new version received, as JSON; absent when there was none. */
  readonly restored?: { readonly bytes: number; readonly sha256: string };
  /** The fingerprint of the files of the version that serves now; absent where the target has none. */
  readonly fingerprint?: string;
}

/** What the sinks need from a host that runs plugins. Failures are values: no task rejects. */
export interface ReloadTarget {
  /**
   * The plugins that a change of this path concerns: the plugin that owns the path, and each plugin that uses it. May
   * be empty.
   */
  pluginsOf(path: string): readonly string[];
  /** Checks whether the plugin's files on disk can be loaded, without running their code. */
  validatePlugin(plugin: string): TaskEither<ReloadError, void>;
  /**
   * Loads the plugin's files on disk as a new version and makes it serve. After a Left, the version that served
   * before still serves. `PluginGone` when the plugin's folder is gone.
   */
  reloadPlugin(plugin: string, options?: ReloadOptions): TaskEither<ReloadError, ReloadResult>;
  /** The current state of the version that serves, as JSON; None when the version keeps no state. */
  getPluginState(plugin: string): TaskEither<ReloadError, Option<unknown>>;
  /**
   * Hands a state to the version that serves. A version that refuses the state keeps its current one.
   *
   * @param schema - The `state-version` of the state. Default: the plugin's own.
   */
  restorePluginState(
    plugin: string,
    state: unknown,
    schema?: number,
  ): TaskEither<ReloadError, void>;
  /**
   * The stamp to save the plugin's current state with; undefined when nothing serves. A target may omit this method.
   */
  stateStampOf?(plugin: string): StateStamp | undefined;
  /** The fingerprint of the files of the version that serves; undefined when nothing serves. A target may omit this method. */
  fingerprintOf?(plugin: string): string | undefined;
  /**
   * From now on, report what a version leaves open at its end, such as a server or an interval, unless the target already does. For
   * development. A target may omit this method.
   */
  reportOpenHandles?(): void;
  /**
   * How reloads of this target are rehearsed; undefined when they are not, such as a second time. A target may omit this method.
   */
  rehearsal?(): Rehearsal | undefined;
  /** Restarts the version that serves, from its code and its last saved state. */
  restartPlugin(
    plugin: string,
    options?: Pick<ReloadOptions, 'cause'>,
  ): TaskEither<ReloadError, { readonly version: number }>;
  /** Makes a kept version serve again. `VersionNotKept` when it is not kept. */
  replacePlugin(
    plugin: string,
    version: number,
  ): TaskEither<ReloadError, { readonly version: number }>;
  /** Saves the plugin's state and ends it. */
  unloadPlugin(
    plugin: string,
    options?: Pick<ReloadOptions, 'cause' | 'onCommit'>,
  ): TaskEither<ReloadError, void>;
}

/**
 * A plugin of hotpipe's own, in a target of its own and in no file. Its reloads run the code that reloads of real plugins run, and nobody else
 * sees them.
 */
export interface RehearsedPlugin {
  readonly plugin: string;
  readonly target: ReloadTarget;
  /** Where its files are, in memory. */
  readonly folder: string;
  readonly files: {
    /** The text of a file. Undefined when there is none. */
    readonly text: (path: string) => string | undefined;
    /** The names in a folder. Undefined when there is none. */
    readonly names: (folder: string) => readonly string[] | undefined;
  };
  /** Saves another text. Returns the name of the file in the folder. */
  save(): string;
  /** Calls the version that serves. */
  call(): Promise<unknown>;
  /** Ends the plugin and its target. */
  end(): Promise<void>;
}

/** How reloads of a target are rehearsed. */
export interface Rehearsal {
  /** A clock that never runs backwards, in milliseconds. */
  nowMs(): number;
  /** Runs `work` once after `ms`, without keeping the process alive. Returns a function that cancels it. */
  later(ms: number, work: () => void): () => void;
  /** Loads the plugin. Undefined when it cannot be loaded: then nothing is rehearsed. */
  begin(): Promise<RehearsedPlugin | undefined>;
}
