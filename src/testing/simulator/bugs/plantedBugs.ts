import { SeededRandom } from '../../../policies/SeededRandom.js';
import { drawSetup, type Setup } from '../setup/Setup.js';
import { optionBugs } from './optionBugs.js';
import type { PlantedBug } from './PlantedBug.js';
import { sourceBugs } from './sourceBugs.js';
import { storeBugs } from './storeBugs.js';
import { targetBugs } from './targetBugs.js';

/** All planted bugs for a run with this setup, by name. */
export function plantedBugsFor(setup: Setup): Readonly<Record<string, PlantedBug>> {
  return { ...sourceBugs, ...optionBugs(setup), ...targetBugs, ...storeBugs };
}

/**
 * Names of realistic defects for `simulate({ plantedBug })`, which shows that the simulator finds them. They are wrapped
 * around the ports of the simulated hosts: the code under test has no branch for them.
 */
export const plantedBugs: readonly string[] = Object.keys(
  plantedBugsFor(drawSetup(new SeededRandom(0), 1)),
);
