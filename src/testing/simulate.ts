import type { Act } from './simulator/acts/Act.js';
import { checkSimulation } from './simulator/checkSimulation.js';
import { actDrawer } from './simulator/acts/drawAct.js';
import { drawSetup } from './simulator/setup/drawSetup.js';
import { plantsOf } from './simulator/plants/plantsOf.js';
import { runHistory } from './simulator/runHistory.js';
import type { Simulation } from './simulator/Simulation.js';
import { SeededRandom } from './simulator/setup/SeededRandom.js';
import { simulatorFaults } from './simulator/setup/simulatorFaults.js';

/** Of the faults that nobody named, a seed lets this ratio happen. */
const ENABLED_RATIO = 0.6;

export interface SimulateOptions {
  /** A whole number: the same one gives the same run, on any machine. */
  readonly seed: number;
  /** Acts, timers and deliveries that are run, from 1; the run then goes on until all is quiet. */
  readonly steps: number;
  /** From 1 to 100, default 3. */
  readonly plugins?: number;
  /** Names of `simulatorFaults` that may happen. Default: each seed picks some. */
  readonly faults?: readonly string[];
  /** A name of `plantedBugs`: one thing is broken on purpose. */
  readonly plantedBug?: string;
  /** What happens, instead of what the seed would draw: a history that `simulate` or `shrinkFailure` returned. */
  readonly history?: readonly Act[];
}

/**
 * Runs a whole host in virtual time through a history that a seed determines: edits, storms, removals, calls, and faults
 * of everything around it. The watch session, the pipeline, the runtime with its swap and the state store are the real
 * ones; the disks, the watch backend, the loader, the clock and the power supply are not. After every step it checks what
 * must hold, and at times ends all faults and checks what must hold at quiet.
 *
 * Use it to hunt for defects with many seeds, or to replay one that was found. For a pipeline of your own,
 * `simulatePipeline`.
 *
 * Contract:
 * - Errors: rejects for options that cannot work; broken promises are `violations`, and end the run.
 * - Limit: one host at a time; what is checked and what is not: docs/simulator.md.
 *
 * @param options - See `SimulateOptions`.
 *
 * @example
 * ```ts
 * const { violations } = await simulate({ seed: 1, steps: 300 });
 *
 * violations; // => []
 * ```
 */
export async function simulate(options: SimulateOptions): Promise<Simulation> {
  checkSimulation('simulate', options);
  const { seed, steps, plugins = 3, plantedBug, history } = options;
  const random = new SeededRandom(seed);
  const setup = drawSetup(random, plugins);
  const some = simulatorFaults.filter(() => random.isLucky(ENABLED_RATIO));
  const plant = plantedBug === undefined ? {} : (plantsOf(setup)[plantedBug] ?? {});
  const drawn = actDrawer(random, setup, new Set(options.faults ?? some));
  const given = history?.values();
  const nextAct = given === undefined ? drawn : () => given.next().value;
  return runHistory({ setup, plant, seed, steps, nextAct });
}
