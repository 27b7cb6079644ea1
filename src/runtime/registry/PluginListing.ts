import type { PluginSlot } from '../slot/PluginSlot.js';

/** One plugin, as `plugins()` lists it. */
export interface PluginListing {
  /** The name in its manifest. */
  readonly plugin: string;
  /** The number of the version that serves, from 1; 0 when none does. */
  readonly version: number;
  /**
   * `serving`: it answers calls. `loading`: its first load has not ended. `failed`: it did not load, no version of it serves, and a change of
   * its files starts another attempt.
   */
  readonly status: 'loading' | 'serving' | 'failed';
  /** The fingerprint of the files of the version that serves; null when none does. docs/events.md says which files count. */
  readonly fingerprint: string | null;
}

export function listingOf({ name, version, serving, lastFailure }: PluginSlot): PluginListing {
  const unserved = lastFailure === undefined ? 'loading' : 'failed';
  const fingerprint = serving?.version.fingerprint ?? null;
  return {
    plugin: name,
    version,
    status: serving === undefined ? unserved : 'serving',
    fingerprint,
  };
}
