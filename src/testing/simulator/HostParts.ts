import type { Plant } from './Plant.js';
import type { PluginDisk } from './PluginDisk.js';
import type { Setup } from './Setup.js';
import type { StateDisk } from './StateDisk.js';
import type { Witness } from './Witness.js';

/** What one life of a host is made of. */
export interface HostParts {
  readonly setup: Setup;
  readonly plant: Plant;
  readonly startMs: number;
  readonly clockOffsetMs: number;
  readonly pluginDisk: PluginDisk;
  readonly stateDisk: StateDisk;
  /** Told apart from the hosts before it by its number. */
  readonly number: number;
  readonly random: () => number;
  readonly witness: Required<Witness>;
}
