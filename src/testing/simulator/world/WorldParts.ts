import type { Findings } from '../witness/Findings.js';
import type { Plant } from '../plants/Plant.js';
import type { Setup } from '../setup/Setup.js';
import type { Witness } from '../witness/Witness.js';

/** What a machine of a simulation is made of. */
export interface WorldParts {
  readonly setup: Setup;
  readonly plant: Plant;
  readonly seed: number;
  readonly findings: Findings;
  readonly witness: Required<Witness>;
  /** Whether nothing is under way or due, as the checks see it. */
  readonly isSettled: () => boolean;
}
