import type { PluginSlot } from '../slot/PluginSlot.js';

/** One plugin, as `plugins()` lists it. */
export interface PluginListing {
  /** The name in its manifest. */
  readonly plugin: string;
  /** The number of the version that serves, from 1; 0 when none does. */
  readonly version: number;
  /** `serving`: it answers calls. `failed`: it did not load, no version of it serves, and a change of its files starts another attempt. */
  readonly status: 'serving' | 'failed';
}

export function listingOf({ name, version }: PluginSlot): PluginListing {
  return { plugin: name, version, status: version === 0 ? 'failed' : 'serving' };
}
