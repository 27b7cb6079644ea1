import { SeededRandom } from '../../policies/SeededRandom.js';
import type { Act } from './acts/Act.js';
import { BESIDE } from './acts/besideActs.js';
import { actDrawer, simulatorFaults } from './acts/drawActs.js';
import { drawSetup, type Setup } from './setup/Setup.js';

/** Where the caller names no faults, each fault may happen in this ratio of the seeds. */
const ENABLED_RATIO = 0.6;
const DEFAULT_PLUGINS = 3;
/** Tells the draws of what is written beside from all others: a run without it is the same as before there was any. */
const BESIDE_SEED = 0x62_65_73_69;

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
  const beside = new SeededRandom(seed ^ BESIDE_SEED);
  // Drawn even if the caller names the faults, so that the later draws are the same.
  const enabled = simulatorFaults.filter((name) =>
    (name === BESIDE ? beside : random).isLucky(ENABLED_RATIO),
  );
  const all = new Set(faults ?? enabled);
  return {
    setup,
    nextAct: actDrawer(random, setup, all, all.has(BESIDE) ? beside : undefined),
  };
}
