import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ReloadError } from './ReloadError.js';

/** Keeps the states of plugins. Failures are values: no task rejects. */
export interface StateStore {
  /** Adds a record. A store that promises durability returns Right only when the record is durable. */
  save(record: UnsavedState): TaskEither<ReloadError, StateRecord>;
  /** The newest valid record. None when nothing was ever saved; Left when records exist and none is valid. */
  load(plugin: string): TaskEither<ReloadError, Option<StateRecord>>;
  /** The valid records that are kept, oldest first. */
  history(plugin: string): TaskEither<ReloadError, readonly StateRecord[]>;
  /** Deletes the plugin's records. Their sequence numbers are never used again. */
  remove(plugin: string): TaskEither<ReloadError, void>;
  /**
   * Claims the store for this process, as a save does, but saves nothing. Left when another process has the store, so
   * that this one cannot save. Absent in a store where any process may save: there a process cannot know which others
   * are alive.
   */
  readonly claim?: ((plugin: string) => TaskEither<ReloadError, void>) | undefined;
  /** Resolves when the calls under way have ended. Later calls are refused (Left). */
  close(): Promise<void>;
}

/** One saved state of a plugin. */
export interface StateRecord {
  /** The plugin's name: 1 to 64 letters, digits, dots, dashes and underscores. */
  readonly plugin: string;
  /** The sequence number: strictly increasing per plugin, from 1, assigned by the store. */
  readonly seq: number;
  /** The plugin's `state-version` when the state was saved. A whole number. */
  readonly schema: number;
  /** Hash of the code that produced the state, at most 256 characters; empty when it is not known. */
  readonly codeHash: string;
  /** JSON. */
  readonly state: unknown;
}

/** Which version of the plugin a state is from. */
export type StateStamp = Pick<StateRecord, 'schema' | 'codeHash'>;

/** A state that has no sequence number yet. */
export type UnsavedState = Omit<StateRecord, 'seq'>;
