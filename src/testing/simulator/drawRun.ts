import { SeededRandom } from '../../policies/SeededRandom.js';
import type { Act } from './acts/Act.js';
import { actDrawer, simulatorFaults } from './acts/drawActs.js';
import { drawSetup, type Setup } from './setup/Setup.js';

/** Where the caller names no faults, each fault may happen in this ratio of the seeds. */
const ENABLED_RATIO = 0.6;
const DEFAULT_PLUGINS = 3;

/** Draws the run of a seed: how its pipeline is set up, and then act by act what happens to it. */
export function drawRun(
  options: {
    readonly seed: number;
    readonly plugins?: number;
    readonly faults?: readonly string[];
  },
  expects?: Partial<Setup>,
): { readonly setup: Setup; readonly nextAct: () => Act } {
  const { seed, plugins = DEFAULT_PLUGINS, faults } = options;
  const random = new SeededRandom(seed);
  const setup = { ...drawSetup(random, plugins), ...expects };
  // Drawn even if the caller names the faults, so that the later draws are the same.
  const enabled = simulatorFaults.filter(() => random.isLucky(ENABLED_RATIO));
  return { setup, nextAct: actDrawer(random, setup, new Set(faults ?? enabled)) };
}
