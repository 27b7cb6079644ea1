import type { Act } from './simulator/acts/Act.js';
import { plantedBugsFor } from './simulator/bugs/plantedBugs.js';
import { drawRun } from './simulator/drawRun.js';
import { requireOptions } from './simulator/requireOptions.js';
import { runHistory, type Simulation } from './simulator/runHistory.js';

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** A safe whole number; determines the run: equal options give the same run, on any machine. A `RangeError` otherwise. */
  readonly seed: number;
  /**
   * How many steps to run: each is one act, or one timer, delivery or flush that is due. A whole number from 1, a
   * `RangeError` otherwise. The run then goes on until all is quiet and the host is closed.
   */
  readonly steps: number;
  /** How many plugins the host has: a whole number from 1 to 100, a `RangeError` otherwise. Default 3. */
  readonly plugins?: number;
  /**
   * Names of the faults that may happen, of `simulatorFaults`; a `RangeError` for any other name, a `TypeError` for a value
   * that is not an array. Default: each seed enables each fault with a probability of 0.6.
   */
  readonly faults?: readonly string[];
  /** Name of a defect that the host has on purpose, of `plantedBugs`; a `RangeError` for any other name. Default: none. */
  readonly plantedBug?: string;
  /**
   * The acts of the run, in place of those that the seed would draw: the `history` of a `Simulation`, or part of it. The
   * seed still draws the setup of the pipeline. Default: drawn.
   */
  readonly history?: readonly Act[];
}

/**
 * Runs a whole host in virtual time through a history that a seed determines: edits, storms of saves, removals, calls, and
 * faults of everything around the host. Watch session, pipeline, runtime and state store are the real ones; disks, watch
 * backend, compiler, clock and power supply are simulated. It checks the invariants after every step. Now and then it ends
 * all faults, waits until nothing changes any more, and checks what must hold then.
 *
 * Use it to hunt for defects with many seeds, or to repeat a run that found one. For a pipeline of your own, use
 * `simulatePipeline`.
 *
 * Contract:
 * - Errors: rejects when an option cannot work. A broken invariant is an entry of `violations`, and ends the run.
 * - Limit: one host at a time. docs/simulator.md says what is checked and what is not.
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
  requireOptions('simulate', options);
  const { seed, steps, plantedBug, history } = options;
  const { setup, nextAct } = drawRun(options);
  const bug = plantedBug === undefined ? {} : (plantedBugsFor(setup)[plantedBug] ?? {});
  const acts = history?.values();
  return runHistory({
    setup,
    bug,
    seed,
    steps,
    nextAct: acts === undefined ? nextAct : () => acts.next().value,
  });
}
