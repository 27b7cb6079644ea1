import type { Plant } from '../plants/Plant.js';
import type { PluginDisk } from '../disks/PluginDisk.js';
import type { Setup } from '../setup/Setup.js';
import type { StateDisk } from '../disks/StateDisk.js';
import type { Witness } from '../witness/Witness.js';

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
