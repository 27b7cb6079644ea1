import type { Option } from 'fp-ts/lib/Option.js';
import type { TaskEither } from 'fp-ts/lib/TaskEither.js';
import type { ReloadError } from './ReloadError.js';

/** Keeps the states of plugins. Failures are values: no task rejects. */
export interface StateStore {
  /** Right only when the state is durable, for a store that claims durability. */
  save(record: UnsavedState): TaskEither<ReloadError, StateRecord>;
  /** Newest valid record; None when nothing was ever saved; Left when records exist and none is valid. */
  load(plugin: string): TaskEither<ReloadError, Option<StateRecord>>;
  /** The valid records that are kept, oldest first. */
  history(plugin: string): TaskEither<ReloadError, readonly StateRecord[]>;
  /** Forgets the plugin's records. */
  remove(plugin: string): TaskEither<ReloadError, void>;
  /**
   * Takes the store for this process, as a save does, and saves nothing. Left: it cannot save there, because another
   * process does. Left out where any process may save: nobody knows then who else is alive.
   */
  readonly claim?: ((plugin: string) => TaskEither<ReloadError, void>) | undefined;
  /** Waits for what is under way. What is asked later is refused. */
  close(): Promise<void>;
}

/** One saved state of a plugin. */
export interface StateRecord {
  readonly plugin: string;
  /** Strictly increasing per plugin, given by the store. */
  readonly seq: number;
  /** The plugin's `state-version` when the state was saved. */
  readonly schema: number;
  /** Hash of the code that the state was saved under. */
  readonly codeHash: string;
  /** JSON. */
  readonly state: unknown;
}

/** What a record says of the version that its state is from. */
export type StateStamp = Pick<StateRecord, 'schema' | 'codeHash'>;

/** A state that has no sequence number yet. */
export type UnsavedState = Omit<StateRecord, 'seq'>;
