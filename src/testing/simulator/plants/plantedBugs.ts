import { drawSetup } from '../setup/drawSetup.js';
import { plantsOf } from './plantsOf.js';
import { SeededRandom } from '../setup/SeededRandom.js';

/**
 * Names of realistic defects that `simulate({ plantedBug })` wraps around the ports of its hosts, to show that it finds
 * them. The code under test knows nothing of them.
 */
export const plantedBugs: readonly string[] = Object.keys(
  plantsOf(drawSetup(new SeededRandom(0), 1)),
);
