/** One plugin, as `plugins()` lists it. */
export interface PluginListing {
  /** The name in its manifest. */
  readonly plugin: string;
  /** The number of the version that serves, from 1; 0 when none does. */
  readonly version: number;
  /**
   * `serving`: it answers calls. `loading`: it is to be loaded, or is being loaded, and calls wait for that. `failed`: it did not load, no
   * version of it serves, and a change of its files starts another attempt.
   */
  readonly status: 'loading' | 'serving' | 'failed';
  /** Of the files of the version that serves: the same bytes have the same fingerprint on every machine. null when none serves. */
  readonly fingerprint: string | null;
  /** True while the version that serves is watched, and may still be taken back; a `Proven` tells the end. Absent: it is not watched. */
  readonly isOnProbation?: boolean;
}

/** A plugin that serves after it was loaded. */
export interface LoadResult {
  /** The name in its manifest. */
  readonly plugin: string;
  /** The number of the version that serves, from 1. */
  readonly version: number;
  /** Size and hash (SHA-256 in hex, of the JSON text) of the state that it started from. Absent: it started without a state. */
  readonly restored?: { readonly bytes: number; readonly sha256: string };
}
