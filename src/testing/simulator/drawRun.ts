import { SeededRandom } from '../../policies/SeededRandom.js';
import type { Act } from './acts/Act.js';
import { BESIDE } from './acts/besideActs.js';
import { actDrawer, simulatorFaults } from './acts/drawActs.js';
import { drawSetup, type Setup, WORKERS } from './setup/Setup.js';

/** Where the caller names no faults, each fault may happen in this ratio of the seeds. */
const ENABLED_RATIO = 0.6;
const DEFAULT_PLUGINS = 3;
/** In this ratio of the seeds, plugins run in workers. */
const WORKERS_RATIO = 0.3;
/** Tells the draws that concern workers from all others. */
const WORKERS_SEED = 0x77_6f_72_6b;
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
  // Drawn apart: a run without workers is the same as before there were any.
  const apart = new SeededRandom(seed ^ WORKERS_SEED);
  const isDrawn = apart.isLucky(WORKERS_RATIO);
  const hasWorkers = faults?.includes(WORKERS) ?? isDrawn;
  const spare = apart.pick<Setup['spare']>('warm', 'none');
  const setup = { ...drawSetup(random, plugins), hasWorkers, spare, ...expects };
  const beside = new SeededRandom(seed ^ BESIDE_SEED);
  // Drawn even if the caller names the faults, so that the later draws are the same.
  const enabled = simulatorFaults.filter((name) =>
    name === WORKERS ? hasWorkers : (name === BESIDE ? beside : random).isLucky(ENABLED_RATIO),
  );
  const all = new Set(faults ?? enabled);
  return {
    setup,
    nextAct: actDrawer(random, setup, all, all.has(BESIDE) ? beside : undefined),
  };
}
