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
