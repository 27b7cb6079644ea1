import type { PluginSlot } from '../slot/PluginSlot.js';

/** One plugin, as `plugins()` lists it. */
export interface PluginListing {
  /** The name in its manifest. */
  readonly plugin: string;
  /** The number of the version that serves, from 1; 0 when none does. */
  readonly version: number;
  /** `serving`: it answers calls. `failed`: it did not load, no version of it serves, and a change of its files starts another attempt. */
  readonly status: 'serving' | 'failed';
  /** True while the version that serves is watched, and may still be taken back; a `Proven` tells the end. Absent: it is not watched. */
  readonly isOnProbation?: boolean;
}

export function listingOf({ name, version, probation }: PluginSlot): PluginListing {
  const status = version === 0 ? 'failed' : 'serving';
  const isOnProbation = probation?.isOver === false;
  return { plugin: name, version, status, ...(isOnProbation && { isOnProbation }) };
}
